import { randomBytes } from 'node:crypto';
import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import { lockFamilies } from './family-lock.ts';
import { RETENTION, type RetentionStep } from './retention-kinds.ts';
import { showRetention } from './retention.ts';
import { forgetOldWebhooks } from './users.ts';

/** Rows by name of the step. */
export type RetentionCounts = Readonly<Record<string, number>>;

interface Due {
  readonly id: string;
  readonly version: string;
}

// A chunk of facts holds the tenant's lock: batches wait for it. It is aimed well below a second.
const AIM_MS = 400;
const SIZES = { first: 1000, least: 100, most: 10_000 } as const;
/** Found at once, so that memory does not grow with what has piled up. */
const FOUND = 20_000;
const ENDED = `insert into ops.retention_runs (tenant_id, ended_at, deleted) values ($1, clock_timestamp(), $2)
  on conflict (tenant_id) do update set ended_at = excluded.ended_at, deleted = excluded.deleted`;

/** What a run would remove now, changing nothing. */
export async function countDue(db: Database, tenantId: string): Promise<RetentionCounts> {
  const counts: Record<string, number> = {};
  for (const { step, days } of await stepsOf(db, tenantId)) {
    counts[step.name] = await db.transaction(tenantId, async ({ query }) => {
      const found = await query<{ n: string }>(`select count(*) as n from (${step.due}) due`, [tenantId, null, days, ...step.more]);
      return Number(found.rows[0]!.n);
    });
  }
  return counts;
}

/**
 * Removes what is older than it may be, in chunks below a second, each a transaction; facts only under their family's lock. Stopped
 * anywhere and begun again it goes on with what is left. What it did is in `ops.audit`.
 * @returns rows by name of the step, and whether there is more to do
 */
export async function runRetention(
  db: Database,
  tenantId: string,
  options: { readonly seconds: number; readonly author: Author; readonly signal?: AbortSignal; readonly chunkSize?: number },
): Promise<{ readonly deleted: RetentionCounts; readonly more: boolean }> {
  const until = performance.now() + options.seconds * 1000;
  const late = () => performance.now() > until || options.signal?.aborted === true;
  const deleted: Record<string, number> = {};
  let more = false;
  await forgetOldWebhooks(db);
  for (const { step, days } of await stepsOf(db, tenantId)) {
    deleted[step.name] = 0;
    for (let found = FOUND; found >= FOUND && !late();) {
      const due = await db.transaction(tenantId, ({ query }) => query<Due>(step.due, [tenantId, FOUND, days, ...step.more]));
      found = due.rows.length;
      const before = deleted[step.name]!;
      for await (const gone of removeInChunks(db, tenantId, step, due.rows, options.chunkSize)) {
        deleted[step.name]! += gone;
        if (late()) break;
      }
      // What changed since it was found stays; if all of it did, tonight's look was in vain.
      if (deleted[step.name] === before) break;
    }
    more ||= late();
  }
  await db.transaction(tenantId, async ({ query }) => {
    if (Object.values(deleted).some((n) => n > 0)) await audit(query, tenantId, options.author, 'retention.run', { deleted, more });
    if (!more) await query(ENDED, [tenantId, JSON.stringify(deleted)]);
  });
  return { deleted, more };
}

async function stepsOf(db: Database, tenantId: string): Promise<{ readonly step: RetentionStep; readonly days: number }[]> {
  const { settings } = await showRetention(db, tenantId);
  return RETENTION.flatMap(({ kind, defaultDays, steps }) => {
    const days = settings.find((row) => row.kind === kind && row.stream === null)?.days ?? defaultDays;
    return steps.map((step) => ({ step, days }));
  });
}

async function* removeInChunks(
  db: Database,
  tenantId: string,
  step: RetentionStep,
  due: readonly Due[],
  fixedSize: number | undefined,
): AsyncGenerator<number, void, void> {
  const secret = randomBytes(32).toString('hex');
  let size: number = fixedSize ?? SIZES.first;
  for (let at = 0; at < due.length;) {
    const began = performance.now();
    let end = Math.min(at + size, due.length);
    while (step.together === true && end < due.length && due[end]!.version === due[end - 1]!.version) end += 1;
    const chunk = due.slice(at, end);
    at = end;
    yield await db.transaction(tenantId, async ({ query }) => {
      if (step.family !== null) await lockFamilies(query, tenantId, [step.family], new Map());
      const values = [tenantId, chunk.map(({ id }) => id), chunk.map(({ version }) => version)];
      return (await query(step.remove, step.secret === true ? [...values, secret] : values)).rowCount ?? 0;
    });
    if (fixedSize === undefined)
      size = Math.round(Math.min(SIZES.most, Math.max(SIZES.least, size * Math.min(2, AIM_MS / Math.max(1, performance.now() - began)))));
  }
}
