import { backfillState } from '../store/backfill-states.ts';
import type { Database } from '../store/database.ts';

/** How soon a step notices that a person has paused or cancelled its backfill, in milliseconds. */
const LOOK_EVERY_MS = 1000;

export interface WatchedBackfill {
  /** Aborted when the backfill is no longer to be worked on. */
  readonly stopped: AbortSignal;
  end(): void;
}

/** Looks at a backfill's state while a step of it is at work. A database that does not answer says nothing: the step's own writes will meet it. */
export function watchBackfill(db: Database, tenantId: string, id: string): WatchedBackfill {
  const stopped = new AbortController();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    const look = async (): Promise<void> => {
      const state = await backfillState(db, tenantId, id);
      if (state !== 'running' && state !== 'waiting') stopped.abort(new Error(`the backfill is ${state ?? 'gone'}`));
    };
    look()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stopped: stopped.signal, end: () => clearInterval(timer) };
}
