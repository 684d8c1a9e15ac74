import type { App } from '../../../src/app.ts';
import { runSync } from '../../../src/sync/run-sync.ts';

/** How long the ordinary reading of a stream takes, again and again, in milliseconds. */
export class LiveReadings {
  readonly #app: App;
  readonly #place: { readonly tenantId: string; readonly connectionId: string };
  readonly #took: number[] = [];
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(app: App, place: { readonly tenantId: string; readonly connectionId: string }) {
    this.#app = app;
    this.#place = place;
  }

  /** Reads once what changed in the last hour and since. @returns milliseconds */
  async once(): Promise<number> {
    const { tenantId, connectionId } = this.#place;
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const job = await this.#app.jobFor(tenantId, connectionId, 'orders', 'live', new AbortController().signal);
    const started = performance.now();
    const result = await runSync(this.#app.sync, { ...job, request: (cursor) => ({ kind: 'incremental', cursor, from }) });
    if (!result.complete) throw new Error(`a live reading ended ${result.outcome}: ${result.error ?? ''}`);
    return performance.now() - started;
  }

  /** Reads every ten seconds until stopped: more often than any schedule, and seldom enough not to be the load itself. */
  start(): void {
    const loop = async (): Promise<void> => {
      while (!this.#stopped) {
        this.#took.push(await this.once());
        await new Promise((resolve) => void setTimeout(resolve, 10_000));
      }
    };
    this.#running = loop();
  }

  async stop(): Promise<readonly number[]> {
    this.#stopped = true;
    await this.#running;
    return this.#took;
  }
}
