import type { Precision } from '#contract';
import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface SliceRow {
  readonly slice: number;
  readonly slice_from: Date;
  readonly slice_until: Date;
}

/** A local day on which source and warehouse differ; a source that counts UTC days is compared by those. */
export interface DayDifference {
  readonly day: string;
  readonly counted: number;
  readonly stored: number;
}

/** How a slice compares with its source once it is read; nulls where that cannot be told. */
export interface SliceCheck {
  readonly counted: number | null;
  readonly stored: number | null;
  readonly differing: readonly DayDifference[];
}

export interface ShownSlice extends SliceRow {
  readonly state: 'waiting' | 'running' | 'done';
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly expected: number | null;
  readonly expected_precision: Precision | null;
  readonly counted: number | null;
  readonly stored: number | null;
  readonly differing: readonly DayDifference[] | null;
  /** Records of the counted kind, and rows of every kind, read so far. */
  readonly records: number;
  readonly rows: number;
  readonly seconds: number;
}

const NEXT = `select slice, slice_from, slice_until from ops.backfill_slices
  where tenant_id = $1 and backfill_id = $2 and state <> 'done' order by slice limit 1`;
const BEGIN = `update ops.backfill_slices set state = 'running', started_at = coalesce(started_at, clock_timestamp())
  where tenant_id = $1 and backfill_id = $2 and slice = $3`;
const END = `update ops.backfill_slices set state = 'done', ended_at = clock_timestamp(), counted = $4, stored = $5, differing = $6
  where tenant_id = $1 and backfill_id = $2 and slice = $3`;
const VERIFIED = `update ops.runs set outcome = 'verified' where tenant_id = $1 and lane = $2 and lane <> 'live' and outcome = 'unverified'`;
const EXPECT = `update ops.backfill_slices s set expected = e.n, expected_precision = e.p
  from unnest($3::integer[], $4::bigint[], $5::text[]) as e(slice, n, p)
  where s.tenant_id = $1 and s.backfill_id = $2 and s.slice = e.slice`;
const SHOW = sqlFile('backfill-slices');

/** The slice to be read now, marked as begun; null when all are done. */
export async function nextSlice(db: Database, tenantId: string, id: string): Promise<SliceRow | null> {
  const slice = (await db.query<SliceRow & Record<string, unknown>>(NEXT, [tenantId, id])).rows[0];
  if (slice === undefined) return null;
  await db.query(BEGIN, [tenantId, id, slice.slice]);
  return slice;
}

/** Marks a slice as read to its end; its runs end verified when the source counts what the warehouse holds. */
export async function endSlice(db: Database, tenantId: string, id: string, slice: number, check: SliceCheck): Promise<void> {
  const { counted, stored, differing } = check;
  await db.query(END, [tenantId, id, slice, counted, stored, differing.length === 0 ? null : JSON.stringify(differing)]);
  if (counted !== null && counted === stored) await db.query(VERIFIED, [tenantId, `backfill:${id}:${slice}`]);
}

/** Keeps what the source counted of each slice beforehand. */
export async function keepExpected(
  db: Database,
  tenantId: string,
  id: string,
  counts: readonly { readonly slice: number; readonly count: number; readonly precision: Precision }[],
): Promise<void> {
  const column = <T>(of: (one: (typeof counts)[number]) => T) => counts.map(of);
  await db.query(EXPECT, [tenantId, id, column((one) => one.slice), column((one) => one.count), column((one) => one.precision)]);
}

/** Every slice of a backfill with its progress, newest range first. */
export async function showSlices(db: Database, tenantId: string, id: string): Promise<ShownSlice[]> {
  return (await db.query<ShownSlice & Record<string, unknown>>(SHOW, [tenantId, id])).rows;
}
