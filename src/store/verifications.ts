import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import type { LanePlace } from './lease.ts';
import { sqlFile } from './sql-file.ts';
import { showHealth } from './stream-health.ts';

export type VerificationState = 'running' | 'verified' | 'differs' | 'untold' | 'failed';

/** Why a day differs, as far as it can be told. */
export type DifferenceReason = 'quarantine' | 'lost' | 'deleted_here' | 'deleted_there' | 'moved' | 'changed' | 'several' | 'unknown';

/** A day as it was compared. */
export interface VerifiedDay {
  readonly day: string;
  readonly ours: number;
  readonly theirs: number;
  /** Money by currency as decimal text; null where the source adds none up. */
  readonly ours_amounts: Readonly<Record<string, string>> | null;
  readonly theirs_amounts: Readonly<Record<string, string>> | null;
  /** Null when the day agrees. */
  readonly reason: DifferenceReason | null;
  /** Source ids, at most 20 of each. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

export interface VerificationRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly rut: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly asked_by: string;
  readonly state: VerificationState;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly time_zone: string | null;
  readonly days: number | null;
  readonly days_differing: number | null;
  readonly days_healed: number | null;
  readonly problem: string | null;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly differing: readonly Omit<VerifiedDay, 'state'>[];
}

export interface VerificationEnd {
  readonly state: VerificationState;
  readonly timeZone: string | null;
  /** Every day compared, in their order. */
  readonly days: readonly VerifiedDay[];
  readonly healed: number;
  readonly problem: string | null;
  /** Whether the days compared are all that the ordinary comparison looks at: then it speaks for the runs before it. */
  readonly ordinary: boolean;
}

type Place = Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>;

const RANGE = sqlFile('verification-range');
const LIST = sqlFile('verifications-list');
const ENQUEUE = `select ops.enqueue('verify', $1::json, job_key => $2, priority => 20)`;
const START = `insert into ops.verifications (tenant_id, id, connection_id, source, stream, asked_by) values ($1, $2, $3, $4, $5, $6)`;
// A comparison takes minutes; one that has run for hours has lost its worker.
const ABANDONED = `update ops.verifications set state = 'failed', problem = 'its worker ended; a later one compares again',
    ended_at = clock_timestamp()
  where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'running' and started_at < clock_timestamp() - interval '6 hours'`;
const END = `update ops.verifications set state = $3, first_day = $4, last_day = $5, time_zone = $6, days = $7, days_differing = $8,
  days_healed = $9, problem = $10, ended_at = clock_timestamp() where tenant_id = $1 and id = $2`;
const DAYS = `insert into ops.verified_days as d (tenant_id, connection_id, stream, verification_id, day, state, ours, theirs, ours_amounts,
    theirs_amounts, reason, missing, extra)
  select $1, $2, $3, $4, r.day, case when r.reason is null then 'verified' else 'differs' end, r.ours, r.theirs, r.ours_amounts,
    r.theirs_amounts, r.reason, array(select jsonb_array_elements_text(r.missing)), array(select jsonb_array_elements_text(r.extra))
  from jsonb_to_recordset($5::jsonb) as r(day date, ours bigint, theirs bigint, ours_amounts jsonb, theirs_amounts jsonb, reason text,
    missing jsonb, extra jsonb)
  on conflict (tenant_id, connection_id, stream, day) do update set verification_id = excluded.verification_id, state = excluded.state,
    ours = excluded.ours, theirs = excluded.theirs, ours_amounts = excluded.ours_amounts, theirs_amounts = excluded.theirs_amounts,
    reason = excluded.reason, missing = excluded.missing, extra = excluded.extra, checked_at = clock_timestamp()`;
// What was read before a comparison in which every day agreed has been found right.
const RUNS = `update ops.runs r set outcome = 'verified' from ops.verifications v
  where v.tenant_id = $1 and v.id = $2 and r.tenant_id = $1 and r.connection_id = v.connection_id and r.stream = v.stream
    and r.lane in ('live', 'heal') and r.outcome = 'unverified' and r.ended_at <= v.started_at`;

/** What of a stream can be compared: days that are over, covered, and older than what may still arrive. Null before its first walk ended. */
export async function comparableDays(
  db: Database,
  place: Place,
  timeZone: string,
  overlapSeconds: number,
): Promise<{ readonly coveredFrom: string | null; readonly lastDay: string; readonly settledUntil: Date } | null> {
  const values = [place.tenantId, place.connectionId, place.stream, timeZone, overlapSeconds];
  const row = (await db.query<{ covered_from: string | null; last_day: string; settled_until: Date }>(RANGE, values)).rows[0];
  return row === undefined ? null : { coveredFrom: row.covered_from, lastDay: row.last_day, settledUntil: row.settled_until };
}

/** @returns the verification's id */
export async function startVerification(
  db: Database,
  place: Place,
  of: { readonly source: string; readonly askedBy: string },
): Promise<string> {
  const id = randomUUID();
  await db.query(ABANDONED, [place.tenantId, place.connectionId, place.stream]);
  await db.query(START, [place.tenantId, id, place.connectionId, of.source, place.stream, of.askedBy]);
  return id;
}

/** Writes down what a verification found, day by day, and shows it to the tenant's readers. */
export async function endVerification(db: Database, place: Place, id: string, end: VerificationEnd): Promise<void> {
  const { state, days, healed, problem, timeZone } = end;
  const differing = days.filter(({ reason }) => reason !== null).length;
  await db.transaction(place.tenantId, async ({ query }) => {
    const range = [days[0]?.day ?? null, days.at(-1)?.day ?? null, timeZone];
    await query(END, [place.tenantId, id, state, ...range, days.length, differing, healed, problem]);
    await query(DAYS, [place.tenantId, place.connectionId, place.stream, id, JSON.stringify(days)]);
    if (state === 'verified' && end.ordinary) await query(RUNS, [place.tenantId, id]);
    await showHealth(query, place);
  });
}

/** The last verification of each stream. */
export async function listVerifications(
  db: Database,
  filter: { readonly tenantId?: string; readonly source?: string; readonly stream?: string },
): Promise<VerificationRow[]> {
  const { tenantId = null, source = null, stream = null } = filter;
  return (await db.query<VerificationRow>(LIST, [tenantId, source, stream])).rows;
}

export interface VerificationOrder {
  /** Local days, both included; the ordinary ones where absent. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly heal: boolean;
  readonly askedBy: string;
}

/** Queues the verification of one stream now. */
export async function enqueueVerification(db: Database, place: Place, order: VerificationOrder): Promise<void> {
  const { tenantId: tenant_id, connectionId: connection_id, stream } = place;
  const { firstDay: first_day, lastDay: last_day, heal, askedBy: asked_by } = order;
  const payload = { tenant_id, connection_id, stream, first_day, last_day, heal, asked_by };
  await db.query(ENQUEUE, [JSON.stringify(payload), `verify:${connection_id}:${stream}`]);
}
