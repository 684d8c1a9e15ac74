import { setTimeout as sleep } from 'node:timers/promises';
import { describeDatabaseError } from '../store/pg-errors.ts';
import type { JobDeps } from './job-deps.ts';

/** How long a database is waited for, together by all who wait. */
interface Patience {
  readonly log: JobDeps['sync']['log'];
  readonly ms: number;
  /** When it ends, by `performance.now()`. */
  readonly until: number;
  /** Ends the waiting, with its reason. */
  readonly signal: AbortSignal | undefined;
}

/** The database did not come in time. */
export class DatabaseAway extends Error {
  readonly advice =
    'See that it runs, and that DATABASE_URL and DATABASE_DIRECT_URL say where; KPI_DATABASE_WAIT_SECONDS is how long it is waited for';

  constructor(ms: number, cause: unknown) {
    super(`the database did not answer for ${ms / 1000} s: ${reasonOf(cause)}`, { cause });
    this.name = 'DatabaseAway';
  }
}

const PAUSE_MS = 500;
const SAY_AGAIN_MS = 30_000;
/** A container that has no name yet, a network that is not up yet. */
const NOT_YET = /^(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH)$/;

/** Whether a failure is one that passes by itself: nobody answers, or only to say that it is not ready. */
export function isDatabaseAway(error: unknown): boolean {
  if (describeDatabaseError(error)?.kind === 'transient') return true;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && NOT_YET.test(error.code);
}

/**
 * Does what needs the database as soon as that is there. Machines and containers start in any order.
 * @param role of the database that is tried, for the log
 * @throws DatabaseAway when it does not come in time; at once what waiting does not mend: a wrong password, a missing migration
 */
export async function awaitDatabase<T>(role: string, work: () => Promise<T>, patience: Patience): Promise<T> {
  const { log, signal } = patience;
  let said = '';
  let saidAt = -Infinity;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const done = await work();
      if (said !== '') log.info({ role }, 'the database is there');
      return done;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      const now = performance.now();
      if (now >= patience.until) throw new DatabaseAway(patience.ms, error);
      const reason = reasonOf(error);
      if (said !== reason || now - saidAt >= SAY_AGAIN_MS) {
        log.warn({ role, reason, seconds_left: Math.ceil((patience.until - now) / 1000) }, 'waiting for the database');
        said = reason;
        saidAt = now;
      }
    }
    // When it is ended, the loop says so.
    await sleep(PAUSE_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** A name with several addresses, like localhost, fails with an error for each and no text of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
