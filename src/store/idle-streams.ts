import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface IdleStream {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly source: string;
  readonly stream: string;
  /** Its reader fell silent, nobody takes it up, or one run has been at it for an hour. */
  readonly why: 'abandoned' | 'overdue' | 'endless';
  readonly since: Date;
}

const IDLE = sqlFile('idle-streams');

/** Live streams that ought to be read and are not. Paused and held ones wait for a person and are left out. */
export async function idleStreams(db: Database, graceSeconds: number): Promise<IdleStream[]> {
  return (await db.query<IdleStream>(IDLE, [graceSeconds])).rows;
}
