import type { Database } from '../store/database.ts';
import { renewLease, type LanePlace } from '../store/lease.ts';

export interface LeaseTimings {
  readonly ttlSeconds: number;
  readonly renewSeconds: number;
}

export interface KeptLease {
  /** Aborted when the lease went to another process. */
  readonly lost: AbortSignal;
  stop(): void;
}

/** Renews a lease in the background until stopped. A renewal that fails for want of a database is tried again; the epoch is the fence. */
export function keepLease(db: Database, place: LanePlace, epoch: bigint, timings: LeaseTimings): KeptLease {
  const lost = new AbortController();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    const renew = async (): Promise<void> => {
      if (!(await renewLease(db, place, epoch, timings.ttlSeconds))) lost.abort(new Error('the lease was taken over'));
    };
    renew()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, timings.renewSeconds * 1000);
  timer.unref();
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
