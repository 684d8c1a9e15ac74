import { randomUUID } from 'node:crypto';
import type { ListedRows, Look } from '#contract';
import type { Database } from './database.ts';
import type { LanePlace } from './lease.ts';
import { sqlFile } from './sql-file.ts';
import { TABLES } from './tables.ts';

export type SweepState = 'running' | 'clean' | 'tombstoned' | 'held' | 'shown' | 'failed' | 'settled';

/** A record that a list lacks, by what a look at it alone said. Ids and days, nothing personal. */
export interface SweptRecord {
  readonly source_id: string;
  /** Local day. */
  readonly day: string | null;
  readonly look: Look;
}

export interface SweepRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly rut: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly state: SweepState;
  readonly dry_run: boolean;
  readonly asked_by: string;
  readonly counted: number | null;
  readonly candidates: number | null;
  readonly missing: number | null;
  readonly still_there: number | null;
  readonly hidden: number | null;
  readonly gone: number | null;
  readonly tombstoned: number | null;
  readonly guard: number | null;
  readonly problem: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly records: readonly SweptRecord[];
}

/** Figures of a sweep as far as it got. */
export type SweepFigures = Partial<
  Readonly<Record<'counted' | 'candidates' | 'missing' | 'still_there' | 'hidden' | 'gone' | 'tombstoned' | 'guard', number>>
>;

const START = `insert into ops.sweeps (tenant_id, id, connection_id, source, stream, dry_run, asked_by, confirms, read_seq)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const END = `update ops.sweeps set state = $3, problem = $4, ended_at = clock_timestamp(), counted = $5, candidates = $6, missing = $7,
    still_there = $8, hidden = $9, gone = $10, tombstoned = $11, guard = $12
  where tenant_id = $1 and id = $2`;
const ABANDONED = `update ops.sweeps set state = 'failed', problem = 'its worker ended; a later sweep looks again', ended_at = clock_timestamp()
  where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'running'`;
// What a later sweep has looked at waits no longer by itself; a dry run decides nothing.
const SETTLE = `update ops.sweeps set state = 'settled'
  where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'held' and id <> $4`;
const KEEP = `insert into ops.swept_records (tenant_id, sweep_id, source_id, day, look)
  select $1, $2, r.* from unnest($3::text[], $4::date[], $5::text[]) as r`;
const HELD = `select id from ops.sweeps where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'held'
  order by started_at desc limit 1`;
const HELD_RECORDS = `select source_id from ops.swept_records where tenant_id = $1 and sweep_id = $2 and look = 'gone'`;
const LIST = sqlFile('sweeps-list');
const CANDIDATES = sqlFile('sweep-candidates');
const ENQUEUE = `select ops.enqueue('sweep', $1::json, job_key => $2, priority => 20)`;
const CHUNK = 5000;

export interface NewSweep {
  readonly source: string;
  readonly dryRun: boolean;
  readonly askedBy: string;
  readonly confirms: string | null;
  readonly readSeq: bigint;
}

/** Queues a sweep of one stream now. */
export async function enqueueSweep(
  db: Database,
  place: Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>,
  wish: { readonly dryRun: boolean; readonly confirm: boolean; readonly askedBy: string },
): Promise<void> {
  const { tenantId: tenant_id, connectionId: connection_id, stream } = place;
  const payload = { tenant_id, connection_id, stream, dry_run: wish.dryRun, confirm: wish.confirm, asked_by: wish.askedBy };
  await db.query(ENQUEUE, [JSON.stringify(payload), `sweep:${connection_id}:${stream}`]);
}

/** Begins a sweep; whoever calls holds the lease, so that one that is still running has lost its worker. @returns the sweep's id */
export async function startSweep(db: Database, place: LanePlace, sweep: NewSweep): Promise<string> {
  const id = randomUUID();
  await db.query(ABANDONED, [place.tenantId, place.connectionId, place.stream]);
  const { source, dryRun, askedBy, confirms, readSeq } = sweep;
  await db.query(START, [place.tenantId, id, place.connectionId, source, place.stream, dryRun, askedBy, confirms, String(readSeq)]);
  return id;
}

/** Writes down how a sweep ended, and the records that its list lacked. */
export async function endSweep(
  db: Database,
  place: LanePlace,
  id: string,
  end: {
    readonly state: SweepState;
    readonly problem: string | null;
    readonly figures: SweepFigures;
    readonly records: readonly SweptRecord[];
  },
): Promise<void> {
  const { state, problem, figures: f, records } = end;
  await db.transaction(place.tenantId, async ({ query }) => {
    const columns = [f.counted, f.candidates, f.missing, f.still_there, f.hidden, f.gone, f.tombstoned, f.guard];
    await query(END, [place.tenantId, id, state, problem, ...columns.map((value) => value ?? null)]);
    await query(KEEP, [place.tenantId, id, records.map((r) => r.source_id), records.map((r) => r.day), records.map((r) => r.look)]);
    if (state === 'clean' || state === 'tombstoned' || state === 'held')
      await query(SETTLE, [place.tenantId, place.connectionId, place.stream, id]);
  });
}

/** The sweep of this stream that waits for a person's word, with the ids it names; null when none does. */
export async function heldSweep(
  db: Database,
  place: Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>,
): Promise<{ readonly id: string; readonly sourceIds: ReadonlySet<string> } | null> {
  const held = (await db.query<{ id: string }>(HELD, [place.tenantId, place.connectionId, place.stream])).rows[0];
  if (held === undefined) return null;
  const named = await db.query<{ source_id: string }>(HELD_RECORDS, [place.tenantId, held.id]);
  return { id: held.id, sourceIds: new Set(named.rows.map((row) => row.source_id)) };
}

/** Sweeps with what they found, newest first. */
export async function listSweeps(
  db: Database,
  filter: { readonly tenantId?: string; readonly source?: string; readonly stream?: string; readonly id?: string; readonly limit: number },
): Promise<SweepRow[]> {
  const { tenantId = null, source = null, stream = null, id = null, limit } = filter;
  return (await db.query<SweepRow>(LIST, [tenantId, source, stream, id, limit])).rows;
}

export interface Candidate {
  readonly id: string;
  /** The id by which the source lists it. */
  readonly listed: string;
  readonly day: string | null;
}

/** Rows that must be in the list, in chunks: each chunk a look at the table of its own, so that no long one holds it up. */
export async function* sweepCandidates(
  db: Database,
  place: LanePlace,
  { entity, ids }: ListedRows,
  readSeq: bigint,
  visibleFrom: string | null,
): AsyncGenerator<Candidate[], void, void> {
  const { table, derived } = TABLES[entity];
  const day = 'business_day' in derived ? 'r.business_day::timestamp' : 'null::timestamp';
  const text = CANDIDATES.replace('$table', table).replace('$day', day);
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const values = [place.tenantId, place.connectionId, String(readSeq), ids, visibleFrom, after, CHUNK];
    const { rows } = await db.transaction(place.tenantId, ({ query }) => query<Candidate>(text, values));
    if (rows.length > 0) yield rows;
    if (rows.length < CHUNK) return;
    after = rows.at(-1)!.id;
  }
}
