import type { Entity } from '#contract';
import { audit, type Author } from './audit.ts';
import type { Database, Query } from './database.ts';
import type { LanePlace } from './lease.ts';
import { showHealth } from './stream-health.ts';

/** A refusal that waits for a person, with what was refused. */
export interface OpenRefusal {
  readonly id: string;
  readonly entity: Entity;
  readonly sourceId: string | null;
  /** JSON text, cut when it was long. */
  readonly payload: string;
}

/**
 * What became of it. `replayed`: its record is in the tables; `refused`: it was refused again, for the reason stated; `not_shown`: the
 * source shows no such record any more; `unknown`: which record it was cannot be told.
 */
export interface ReplayOutcome {
  readonly id: string;
  readonly outcome: 'replayed' | 'refused' | 'not_shown' | 'unknown';
  readonly reason: string | null;
}

type Place = Pick<LanePlace, 'tenantId' | 'connectionId' | 'stream'>;

const OPEN = `select id::text as id, entity, source_id as "sourceId", payload from ops.quarantine
  where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'open' and ($4::bigint[] is null or id = any ($4)) order by id limit $5`;
const LAST_RUN = `select id from ops.runs where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = $4
  order by started_at desc limit 1`;
const REPLAYED = `update ops.quarantine set state = 'replayed', closed_because = $3
  where tenant_id = $1 and id = any ($2::bigint[]) and state = 'recovered'`;
// The record has changed since: what is refused now is another payload, and the old refusal is of no use.
const OUTDATED = `update ops.quarantine q set state = 'replayed', closed_at = clock_timestamp(), closed_because = 'refused again as No. ' || n.id
  from ops.quarantine n
  where q.tenant_id = $1 and q.id = any ($2::bigint[]) and q.state = 'open' and q.run_id <> $3
    and n.tenant_id = q.tenant_id and n.connection_id = q.connection_id and n.entity = q.entity and n.source_id = q.source_id
    and n.state = 'open' and n.run_id = $3
  returning q.id::text as id, n.reason`;
const AFTER = `select id::text as id, state, reason, run_id from ops.quarantine where tenant_id = $1 and id = any ($2::bigint[])`;
const LEFT = `select count(*)::int as n from ops.quarantine where tenant_id = $1 and connection_id = $2 and stream = $3 and state = 'open'`;
const RELEASE = `update ops.streams set held_because = null, held_release = null, next_run_at = clock_timestamp()
  where tenant_id = $1 and connection_id = $2 and stream = $3 and lane = 'live' and held_because is not null`;
const DROP = `update ops.quarantine set state = 'dropped', closed_at = clock_timestamp(), closed_because = $3
  where tenant_id = $1 and id = any ($2::bigint[]) and state = 'open' returning id::text as id, connection_id, stream`;

/** Open refusals of one stream, oldest first: all, or those of these numbers. */
export async function openRefusalsOf(db: Database, place: Place, ids: readonly string[] | null, limit: number): Promise<OpenRefusal[]> {
  return (await db.query<OpenRefusal>(OPEN, [place.tenantId, place.connectionId, place.stream, ids, limit])).rows;
}

/** Writes down what a replay came to, by what its run (the last of its lane) has left of the refusals. */
export async function settleReplay(
  db: Database,
  replay: LanePlace & { readonly author: Author; readonly refusals: readonly { readonly id: string; readonly record: string | null }[] },
): Promise<{ readonly outcomes: ReplayOutcome[]; readonly left: number }> {
  const { tenantId, connectionId, stream, lane, author, refusals } = replay;
  const ids = refusals.map(({ id }) => id);
  return db.transaction(tenantId, async ({ query }) => {
    const run = (await query<{ id: string }>(LAST_RUN, [tenantId, connectionId, stream, lane])).rows[0]?.id ?? null;
    await query(REPLAYED, [tenantId, ids, `replayed by ${author.who}: ${author.reason}`]);
    const outdated = run === null ? [] : (await query<{ id: string; reason: string }>(OUTDATED, [tenantId, ids, run])).rows;
    const again = new Map(outdated.map(({ id, reason }) => [id, reason]));
    const after = await query<{ id: string; state: string; reason: string; run_id: string }>(AFTER, [tenantId, ids]);
    const known = new Map(after.rows.map((row) => [row.id, row]));
    const outcomes = refusals.map(({ id, record }): ReplayOutcome => {
      const row = known.get(id);
      if (again.has(id)) return { id, outcome: 'refused', reason: again.get(id)! };
      if (row?.state === 'replayed') return { id, outcome: 'replayed', reason: null };
      if (row !== undefined && row.run_id === run) return { id, outcome: 'refused', reason: row.reason };
      return { id, outcome: record === null ? 'unknown' : 'not_shown', reason: row?.reason ?? null };
    });
    const count = (outcome: ReplayOutcome['outcome']) => outcomes.filter((one) => one.outcome === outcome).length;
    await audit(query, tenantId, author, 'quarantine.replay', {
      connection: connectionId,
      stream,
      records: ids.length,
      replayed: count('replayed'),
      refused: count('refused'),
    });
    await showHealth(query, replay);
    return { outcomes, left: await leftOf(query, replay) };
  });
}

async function leftOf(query: Query, { tenantId, connectionId, stream }: Place): Promise<number> {
  return (await query<{ n: number }>(LEFT, [tenantId, connectionId, stream])).rows[0]!.n;
}

/** Lets a held stream go on, at once. @returns whether it was held */
export async function releaseHold(db: Database, { tenantId, connectionId, stream }: Place): Promise<boolean> {
  return ((await db.query(RELEASE, [tenantId, connectionId, stream])).rowCount ?? 0) > 0;
}

/** Gives records up for good: they stay listed as dropped, with the reason. @returns numbers of those that were open */
export async function dropRefusals(db: Database, tenantId: string, ids: readonly string[], author: Author): Promise<string[]> {
  return db.transaction(tenantId, async ({ query }) => {
    const dropped = await query<{ id: string; connection_id: string; stream: string }>(DROP, [
      tenantId,
      ids,
      `dropped by ${author.who}: ${author.reason}`,
    ]);
    if (dropped.rows.length === 0) return [];
    await audit(query, tenantId, author, 'quarantine.drop', { records: dropped.rows.map(({ id }) => id) });
    const streams = new Map(dropped.rows.map((row) => [`${row.connection_id} ${row.stream}`, row]));
    for (const { connection_id, stream } of streams.values()) await showHealth(query, { tenantId, connectionId: connection_id, stream });
    return dropped.rows.map(({ id }) => id);
  });
}
