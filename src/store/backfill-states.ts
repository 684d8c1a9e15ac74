import { audit, type Author } from './audit.ts';
import type { BackfillState } from './backfills.ts';
import type { Database, Query } from './database.ts';
import { showHealth } from './stream-health.ts';
import { sqlFile } from './sql-file.ts';

export interface StateChange {
  readonly changed: boolean;
  /** As it is now. */
  readonly state: BackfillState;
}

const OPEN = "state in ('running', 'paused', 'waiting')";
const STATE = 'select state, connection_id, stream from ops.backfills where tenant_id = $1 and id = $2 for no key update';
const PAUSE = `update ops.backfills set state = 'paused', error_message = $3, changed_by = $4, retry_at = null where tenant_id = $1 and id = $2`;
const RESUME = `update ops.backfills set state = 'running', error_message = null, changed_by = $3, retry_at = null, retries = 0
  where tenant_id = $1 and id = $2`;
const CANCEL = `update ops.backfills set state = 'cancelled', error_message = $3, changed_by = $4, retry_at = null, ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2`;
const ACCEPT = `update ops.streams set held_because = null, held_release = 'accepted'
  where tenant_id = $1 and lane like 'backfill:' || $2::text || ':%' and held_because is not null`;
const FORGIVE = "update ops.streams set failures = 0 where tenant_id = $1 and lane like 'backfill:' || $2::text || ':%'";
// Not one that a person has paused or cancelled meanwhile.
const WAIT = `update ops.backfills set state = 'waiting', error_message = $3, retries = retries + 1,
    retry_at = clock_timestamp() + make_interval(secs => least($4::double precision * 2 ^ retries, 900))
  where tenant_id = $1 and id = $2 and state in ('running', 'waiting')`;
const WAIT_UNTIL = `update ops.backfills set state = 'waiting', error_message = $3, retry_at = $4
  where tenant_id = $1 and id = $2 and state in ('running', 'waiting')`;
const GO_ON = `update ops.backfills set state = 'running', error_message = null, retry_at = null, retries = 0
  where tenant_id = $1 and id = $2 and state = 'waiting'`;
const HOLD = `update ops.backfills set state = 'paused', error_message = $3, changed_by = 'kpi', retry_at = null
  where tenant_id = $1 and id = $2 and state in ('running', 'waiting')`;
const FAIL = `update ops.backfills set state = 'failed', error_message = $3, retry_at = null, ended_at = clock_timestamp()
  where tenant_id = $1 and id = $2 and ${OPEN}`;
const FINISH = sqlFile('backfill-finish');

/** Whether work goes on, asked once. */
export async function backfillState(db: Database, tenantId: string, id: string): Promise<BackfillState | null> {
  const row = await db.query<{ state: BackfillState }>('select state from ops.backfills where tenant_id = $1 and id = $2', [tenantId, id]);
  return row.rows[0]?.state ?? null;
}

/** A person stops it for now; whoever works on it notices within seconds and keeps what is committed. Only where it runs or waits. */
export function pauseBackfill(db: Database, tenantId: string, id: string, author: Author): Promise<StateChange | null> {
  return change(db, { tenantId, id, author, to: 'paused', from: ['running', 'waiting'] }, (query) =>
    query(PAUSE, [tenantId, id, author.reason, author.who]),
  );
}

/**
 * A person lets it go on, or has one that waits for its source try at once. `accept`: it was paused because many records were refused, and
 * they are to be left in quarantine.
 */
export function resumeBackfill(db: Database, tenantId: string, id: string, author: Author, accept: boolean): Promise<StateChange | null> {
  return change(db, { tenantId, id, author, to: 'running', from: ['paused', 'waiting'] }, async (query) => {
    await query(RESUME, [tenantId, id, author.who]);
    await query(FORGIVE, [tenantId, id]);
    if (accept) await query(ACCEPT, [tenantId, id]);
  });
}

/** A person ends it; what it has written stays. */
export function cancelBackfill(db: Database, tenantId: string, id: string, author: Author): Promise<StateChange | null> {
  return change(db, { tenantId, id, author, to: 'cancelled', from: ['running', 'paused', 'waiting'] }, (query) =>
    query(CANCEL, [tenantId, id, author.reason, author.who]),
  );
}

interface Change {
  readonly tenantId: string;
  readonly id: string;
  readonly author: Author;
  readonly to: BackfillState;
  readonly from: readonly BackfillState[];
}

async function change(db: Database, wish: Change, write: (query: Query) => Promise<unknown>): Promise<StateChange | null> {
  const { tenantId, id, author, to } = wish;
  return db.transaction(tenantId, async ({ query }) => {
    const now = (await query<{ state: BackfillState; connection_id: string; stream: string }>(STATE, [tenantId, id])).rows[0];
    if (now === undefined) return null;
    if (!wish.from.includes(now.state)) return { changed: false, state: now.state };
    await write(query);
    await audit(query, tenantId, author, `backfill.${to}`, { backfill: id, before: now.state });
    await showHealth(query, { tenantId, connectionId: now.connection_id, stream: now.stream });
    return { changed: true, state: to };
  });
}

/** Its source is away or refuses us: it is tried again after so many seconds, twice as many each time, at most a quarter of an hour. */
export async function waitForSource(db: Database, tenantId: string, id: string, because: string, seconds: number): Promise<void> {
  await db.query(WAIT, [tenantId, id, because, seconds]);
}

/** Its source is to be left alone until then. */
export async function waitUntil(db: Database, tenantId: string, id: string, because: string, at: Date): Promise<void> {
  await db.query(WAIT_UNTIL, [tenantId, id, because, at]);
}

/** Its source has answered again. */
export async function goOnWithBackfill(db: Database, tenantId: string, id: string): Promise<void> {
  await db.query(GO_ON, [tenantId, id]);
}

/** A person must decide before it goes on. */
export async function holdBackfill(db: Database, tenantId: string, id: string, because: string): Promise<void> {
  await db.query(HOLD, [tenantId, id, because]);
}

/** It cannot be ended as asked. */
export async function failBackfill(db: Database, tenantId: string, id: string, because: string): Promise<void> {
  await settled(db, tenantId, id, FAIL, [tenantId, id, because]);
}

/** Every slice is read: writes down what was done, and whether source and warehouse agree. */
export async function finishBackfill(db: Database, tenantId: string, id: string): Promise<void> {
  await settled(db, tenantId, id, FINISH, [tenantId, id]);
}

async function settled(db: Database, tenantId: string, id: string, text: string, values: readonly unknown[]): Promise<void> {
  await db.transaction(tenantId, async ({ query }) => {
    await query(text, values);
    const row = (await query<{ state: string; connection_id: string; stream: string }>(STATE, [tenantId, id])).rows[0];
    if (row !== undefined) await showHealth(query, { tenantId, connectionId: row.connection_id, stream: row.stream });
  });
}
