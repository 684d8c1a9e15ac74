import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import { showHealth } from './stream-health.ts';
import { sqlFile } from './sql-file.ts';

export interface BackfillRequest {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly source: string;
  readonly stream: string;
  /** UTC instants, half-open. */
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  readonly requestedBy: string;
  /** Instants between which the slices lie, ascending, `from` first and `until` last. */
  readonly bounds: readonly string[];
}

export interface BackfillRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly range_from: Date;
  readonly range_until: Date;
  readonly reason: string;
  readonly requested_by: string;
  readonly state: string;
  readonly error_message: string | null;
  readonly created_at: Date;
  readonly ended_at: Date | null;
  readonly slices: number;
  readonly slices_done: number;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly excluded: number;
  readonly quarantined: number;
  readonly tombstoned: number;
}

export interface SliceRow {
  readonly slice: number;
  readonly slice_from: Date;
  readonly slice_until: Date;
}

/** A running backfill of the same stream covers part of the range. */
export class BackfillOverlaps extends Error {
  override readonly name = 'BackfillOverlaps';
  readonly id: string;

  constructor(id: string, message: string) {
    super(message);
    this.id = id;
  }
}

const ADD = `insert into ops.backfills (tenant_id, id, connection_id, source, stream, range_from, range_until, reason, requested_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
// Newest range first: what people look at most is right first.
const SLICES = `insert into ops.backfill_slices (tenant_id, backfill_id, slice, slice_from, slice_until)
  select $1, $2, row_number() over (order by a desc), a, b from unnest($3::timestamptz[], $4::timestamptz[]) as r(a, b)`;
// Two that are asked for at once come one after the other, so that the second sees the first.
const LOCK = 'select from ops.connections where tenant_id = $1 and id = $2 for no key update';
const OVERLAPPING = `select id from ops.backfills where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'running'
  and range_from < $5::timestamptz and range_until > $4::timestamptz limit 1`;
const SHOW = sqlFile('backfill-show');
const NEXT_SLICE = `select slice, slice_from, slice_until from ops.backfill_slices
  where tenant_id = $1 and backfill_id = $2 and state <> 'done' order by slice limit 1`;
const BEGIN_SLICE = `update ops.backfill_slices set state = 'running', started_at = coalesce(started_at, clock_timestamp())
  where tenant_id = $1 and backfill_id = $2 and slice = $3`;
const END_SLICE = `update ops.backfill_slices set state = 'done', ended_at = clock_timestamp() where tenant_id = $1 and backfill_id = $2 and slice = $3`;
const END = `update ops.backfills set state = $3, error_message = $4, ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2 returning connection_id, stream`;

/**
 * Stores a backfill and its slices. @throws BackfillOverlaps when one of the same stream and overlapping range is running
 */
export async function addBackfill(db: Database, request: BackfillRequest): Promise<string> {
  const { tenantId, connectionId, stream, from, until, bounds } = request;
  return db.transaction(tenantId, async ({ query }) => {
    await query(LOCK, [tenantId, connectionId]);
    const other = (await query<{ id: string }>(OVERLAPPING, [tenantId, connectionId, stream, from, until])).rows[0];
    if (other !== undefined)
      throw new BackfillOverlaps(
        other.id,
        `backfill ${other.id} of ${request.source} ${stream} already covers part of that range; watch it with: kpi backfill show ${other.id}`,
      );
    const id = randomUUID();
    await query(ADD, [tenantId, id, connectionId, request.source, stream, from, until, request.reason, request.requestedBy]);
    await query(SLICES, [tenantId, id, bounds.slice(0, -1), bounds.slice(1)]);
    await showHealth(query, { tenantId, connectionId, stream });
    return id;
  });
}

/** Backfills with their progress and balance, newest first. */
export async function showBackfills(db: Database, filter: { readonly tenantId?: string; readonly id?: string }): Promise<BackfillRow[]> {
  return (await db.query<BackfillRow>(SHOW, [filter.tenantId ?? null, filter.id ?? null])).rows;
}

export async function nextSlice(db: Database, tenantId: string, id: string): Promise<SliceRow | null> {
  const slice = (await db.query<SliceRow>(NEXT_SLICE, [tenantId, id])).rows[0];
  if (slice === undefined) return null;
  await db.query(BEGIN_SLICE, [tenantId, id, slice.slice]);
  return slice;
}

export async function endSlice(db: Database, tenantId: string, id: string, slice: number): Promise<void> {
  await db.query(END_SLICE, [tenantId, id, slice]);
}

export async function endBackfill(db: Database, tenantId: string, id: string, error: string | null): Promise<void> {
  await db.transaction(tenantId, async ({ query }) => {
    const state = error === null ? 'done' : 'failed';
    const ended = await query<{ connection_id: string; stream: string }>(END, [tenantId, id, state, error]);
    for (const { connection_id, stream } of ended.rows) await showHealth(query, { tenantId, connectionId: connection_id, stream });
  });
}
