import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';

const TAKE = sqlFile('budget-take');

export interface BudgetRequest {
  readonly host: string;
  readonly account: string;
  readonly lane: 'live' | 'backfill';
}

/**
 * The request budget all processes share, per host and account: tenants share Odoos, Chatwoots and n8ns. A caller takes a few requests
 * at a time and waits for them here; backfills leave 70 % of what may gather to live work.
 */
export class SharedBudget {
  readonly #db: Database;
  readonly #rate: { readonly perSecond: number; readonly burst: number };
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #left = new Map<string, number>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(db: Database, rate: { readonly perSecond: number; readonly burst: number }, sleep: (ms: number) => Promise<void>) {
    this.#db = db;
    this.#rate = rate;
    this.#sleep = sleep;
  }

  /** Resolves when one request may go out. */
  async take(request: BudgetRequest): Promise<void> {
    const key = `${request.host} ${request.account} ${request.lane}`;
    for (;;) {
      const left = this.#left.get(key) ?? 0;
      if (left > 0) {
        this.#left.set(key, left - 1);
        return;
      }
      const asking = this.#asking.get(key) ?? this.#ask(key, request);
      this.#asking.set(key, asking);
      await asking;
    }
  }

  async #ask(key: string, request: BudgetRequest): Promise<void> {
    try {
      const { perSecond, burst } = this.#rate;
      const chunk = Math.max(1, Math.min(20, Math.floor(burst / 10)));
      const reserve = request.lane === 'backfill' ? burst * 0.7 : 0;
      const row = (await this.#db.query<{ wait_ms: number }>(TAKE, [request.host, request.account, perSecond, burst, chunk, reserve]))
        .rows[0];
      // Several runs wait for this one answer, so none of their signals may end it; each races the wait against its own.
      if (row !== undefined && row.wait_ms > 0) await this.#sleep(row.wait_ms);
      this.#left.set(key, chunk);
    } finally {
      this.#asking.delete(key);
    }
  }
}
