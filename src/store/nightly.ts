import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

/** A stream of every connection to a source. */
export interface StreamName {
  readonly source: string;
  readonly stream: string;
}

/** Streams with something to be done each night. */
export interface NightlyStreams {
  /** Swept for deletions. */
  readonly swept: readonly StreamName[];
  /** Compared with their source's own totals. */
  readonly compared: readonly StreamName[];
}

export interface NightlyWork {
  readonly kind: 'sweep' | 'verify';
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
}

const DUE = sqlFile('nightly-due');
// By chance, so that two workers seldom meet at one stream.
const NEXT = `select * from (${DUE}) due order by random() limit 1`;
// A job for each worker that lives: each does one thing after another, and has its other hands free for what is live.
const WAKE = `select ops.enqueue('nightly', '{}'::json, job_key => 'nightly:' || n, priority => 20)
  from generate_series(1, (select count(*)::integer from ops.workers where seen_at > clock_timestamp() - interval '5 minutes')) n
  where exists (${DUE})`;

const names = (streams: readonly StreamName[]) => [streams.map(({ source }) => source), streams.map(({ stream }) => stream)];

/** Wakes the workers when something of the night is due. @returns how many were woken */
export async function wakeNightly(db: Database, { swept, compared }: NightlyStreams): Promise<number> {
  return (await db.query(WAKE, [...names(swept), ...names(compared), []])).rowCount ?? 0;
}

/** What is to be done next; null when nothing is left. @param tried what was tried already, by `nightlyKey` */
export async function nextNightly(
  db: Database,
  { swept, compared }: NightlyStreams,
  tried: readonly string[],
): Promise<NightlyWork | null> {
  return (await db.query<NightlyWork>(NEXT, [...names(swept), ...names(compared), tried])).rows[0] ?? null;
}

export const nightlyKey = ({ kind, connection_id, stream }: NightlyWork) => `${kind}:${connection_id}:${stream}`;
