import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../../src/app.ts';
import { runSync } from '../../../src/sync/run-sync.ts';

/** How long the ordinary reading of a stream takes, again and again, in milliseconds. */
export class LiveReadings {
  readonly #app: App;
  readonly #place: { readonly tenantId: string; readonly connectionId: string };
  readonly #took: number[] = [];
  readonly #end = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(app: App, place: { readonly tenantId: string; readonly connectionId: string }) {
    this.#app = app;
    this.#place = place;
  }

  /** Reads to the end what changed in the last hour and since, however many runs that takes. @returns milliseconds */
  async once(): Promise<number> {
    const { tenantId, connectionId } = this.#place;
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const started = performance.now();
    for (;;) {
      const job = await this.#app.jobFor(tenantId, connectionId, 'orders', 'live', new AbortController().signal);
      const result = await runSync(this.#app.sync, { ...job, request: (cursor) => ({ kind: 'incremental', cursor, from }) });
      if (result.complete) return performance.now() - started;
      if (result.outcome !== 'unverified') throw new Error(`a live reading ended ${result.outcome}: ${result.error ?? ''}`);
    }
  }

  /** Reads again and again until stopped, with ten times its own length between: it shall be delayed, not be the load itself. */
  start(): void {
    const loop = async (): Promise<void> => {
      while (!this.#end.signal.aborted) {
        const took = await this.once();
        this.#took.push(took);
        await sleep(Math.max(5000, 10 * took), undefined, { signal: this.#end.signal }).catch(() => undefined);
      }
    };
    this.#running = loop();
  }

  async stop(): Promise<readonly number[]> {
    this.#end.abort();
    await this.#running;
    return this.#took;
  }
}
