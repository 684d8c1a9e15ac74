import { randomUUID } from 'node:crypto';
import type { Precision } from '#contract';
import type { Database } from './database.ts';
import { showHealth } from './stream-health.ts';
import { sqlFile } from './sql-file.ts';

/** Whose turn it is among backfills; live work comes before all of them. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** `waiting`: its source is away or refuses us, and is tried again by itself. `paused`: by a person, who resumes it. */
export type BackfillState = 'running' | 'paused' | 'waiting' | 'done' | 'failed' | 'cancelled';

/** One piece of a backfill, UTC instants, half-open. */
export interface SliceWish {
  readonly from: string;
  readonly until: string;
  /** What the source counted of it, as far as it can count. */
  readonly expected?: { readonly count: number; readonly precision: Precision };
}

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
  readonly priority?: Priority;
  /** The slices are what was missing, and not the whole range. */
  readonly onlyMissing?: boolean;
  /** Kind of record that `expected` counts; null where nothing is counted. */
  readonly counts?: string | null;
  /** In ascending order, none overlapping another. */
  readonly slices: readonly SliceWish[];
}

/** What was read and written of one entity; `read` is the sum of the others but for `tombstoned`. */
export interface EntityReport {
  readonly entity: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly excluded: number;
  readonly quarantined: number;
  readonly tombstoned: number;
}

export interface BackfillRow extends Omit<EntityReport, 'entity'> {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly time_zone: string;
  readonly tenant_status: string;
  readonly id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly range_from: Date;
  readonly range_until: Date;
  readonly reason: string;
  readonly requested_by: string;
  readonly priority: Priority;
  readonly only_missing: boolean;
  readonly state: BackfillState;
  readonly outcome: 'verified' | 'unverified' | null;
  readonly outcome_because: string | null;
  readonly error_message: string | null;
  readonly changed_by: string | null;
  readonly retry_at: Date | null;
  readonly retries: number;
  readonly created_at: Date;
  readonly ended_at: Date | null;
  readonly slices: number;
  readonly slices_done: number;
  /** Records that the source counted beforehand; null where it counted none of them. */
  readonly expected: number | null;
  /** Whether every one of these counts is exact. */
  readonly expected_exact: boolean;
  /** Of the kind that is counted, those read so far. */
  readonly records: number;
  readonly requests: number;
  /** Seconds in which somebody was reading. */
  readonly seconds: number;
  readonly entities: readonly EntityReport[];
}

/** Another backfill of the same stream covers part of the range. */
export class BackfillOverlaps extends Error {
  override readonly name = 'BackfillOverlaps';
  readonly id: string;

  constructor(id: string, message: string) {
    super(message);
    this.id = id;
  }
}

const ADD = `insert into ops.backfills (tenant_id, id, connection_id, source, stream, range_from, range_until, reason, requested_by,
    priority, only_missing, counted_entity)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;
// Newest range first: what people look at most is right first.
const SLICES = `insert into ops.backfill_slices (tenant_id, backfill_id, slice, slice_from, slice_until, expected, expected_precision)
  select $1, $2, row_number() over (order by a desc), a, b, n, p
  from unnest($3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::text[]) as r(a, b, n, p)`;
// Two that are asked for at once come one after the other, so that the second sees the first.
const LOCK = 'select from ops.connections where tenant_id = $1 and id = $2 for no key update';
const OVERLAPPING = `select id, state from ops.backfills where tenant_id = $1 and connection_id = $2 and stream = $3
  and state in ('running', 'paused', 'waiting') and range_from < $5::timestamptz and range_until > $4::timestamptz
  order by created_at limit 1`;
const OPEN = `select id, connection_id, stream, range_from, range_until from ops.backfills
  where tenant_id = any ($1::uuid[]) and state in ('running', 'paused', 'waiting')`;
const SHOW = sqlFile('backfill-show');

/**
 * Stores a backfill and its slices. @throws BackfillOverlaps when one of the same stream and overlapping range has not ended
 */
export async function addBackfill(db: Database, request: BackfillRequest): Promise<string> {
  const { tenantId, connectionId, stream, from, until, slices } = request;
  return db.transaction(tenantId, async ({ query }) => {
    await query(LOCK, [tenantId, connectionId]);
    const other = (await query<{ id: string; state: string }>(OVERLAPPING, [tenantId, connectionId, stream, from, until])).rows[0];
    if (other !== undefined)
      throw new BackfillOverlaps(
        other.id,
        `backfill ${other.id} (${other.state}) of ${request.source} ${stream} already covers part of that range; watch it with: kpi backfill show ${other.id}`,
      );
    const id = randomUUID();
    const { priority = 'normal', onlyMissing = false, counts = null } = request;
    await query(ADD, [
      tenantId,
      id,
      connectionId,
      request.source,
      stream,
      from,
      until,
      request.reason,
      request.requestedBy,
      priority,
      onlyMissing,
      counts,
    ]);
    await query(SLICES, [
      tenantId,
      id,
      slices.map((slice) => slice.from),
      slices.map((slice) => slice.until),
      slices.map((slice) => slice.expected?.count ?? null),
      slices.map((slice) => slice.expected?.precision ?? null),
    ]);
    await showHealth(query, { tenantId, connectionId, stream });
    return id;
  });
}

/** Backfills with their progress and balance, newest first. `open`: only those that have not ended. */
export async function showBackfills(
  db: Database,
  filter: {
    readonly tenantIds?: readonly string[];
    readonly tenantId?: string;
    readonly id?: string;
    readonly open?: boolean;
    readonly limit?: number;
  },
): Promise<BackfillRow[]> {
  const tenants = filter.tenantIds ?? (filter.tenantId === undefined ? null : [filter.tenantId]);
  return (
    await db.query<BackfillRow & Record<string, unknown>>(SHOW, [tenants, filter.id ?? null, filter.open ?? false, filter.limit ?? null])
  ).rows;
}

export interface OpenBackfill {
  readonly id: string;
  readonly connection_id: string;
  readonly stream: string;
  readonly range_from: Date;
  readonly range_until: Date;
}

/** Backfills of these tenants that have not ended. */
export async function openBackfills(db: Database, tenantIds: readonly string[]): Promise<OpenBackfill[]> {
  return (await db.query<OpenBackfill & Record<string, unknown>>(OPEN, [tenantIds])).rows;
}
