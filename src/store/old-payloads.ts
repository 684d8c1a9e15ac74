import type { Database } from './database.ts';
import { RETENTION } from './retention-kinds.ts';
import { showRetention } from './retention.ts';
import { sqlFile } from './sql-file.ts';

/** The payload of a tenant that has stayed furthest beyond its time. */
export interface OldPayload {
  readonly source: string;
  readonly entity: string;
  /** How long payloads of its kind are kept. */
  readonly days: number;
  readonly age_days: number;
}

const OLDEST = sqlFile('retention-oldest');

/** The oldest payload that ought to have gone more than `graceDays` ago; null when there is none. */
export async function oldestPayload(db: Database, tenantId: string, graceDays: number): Promise<OldPayload | null> {
  const raw = RETENTION.find(({ kind }) => kind === 'raw')!;
  const { settings } = await showRetention(db, tenantId);
  const days = settings.find(({ kind, stream }) => kind === 'raw' && stream === null)?.days ?? raw.defaultDays;
  const entities = raw.steps[0]!.more[0];
  const found = await db.transaction(tenantId, ({ query }) =>
    query<OldPayload & Record<string, unknown>>(OLDEST, [tenantId, days, entities, graceDays]),
  );
  return found.rows[0] ?? null;
}
