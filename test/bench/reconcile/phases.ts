import { readdirSync, readFileSync } from 'node:fs';
import type { Database, Query } from '../../../src/store/database.ts';

const FOLDER = new URL('../../../src/reconcile/sql/', import.meta.url);
const NAMES = new Map(readdirSync(FOLDER).map((file) => [readFileSync(new URL(file, FOLDER), 'utf8'), file.replace('.sql', '')]));

/** What the reconciliation asks of a database, with the time that each of its statements takes, by the name of its file. */
export class Phases {
  readonly db: Pick<Database, 'snapshot' | 'transaction'>;
  #seconds = new Map<string, number>();

  constructor(db: Database) {
    const clocked =
      (query: Query): Query =>
      async (text, values) => {
        const started = performance.now();
        try {
          return await query(text, values);
        } finally {
          const name = NAMES.get(text) ?? (text.startsWith('analyze') ? 'analyze' : 'other');
          this.#seconds.set(name, (this.#seconds.get(name) ?? 0) + (performance.now() - started) / 1000);
        }
      };
    this.db = {
      snapshot: (tenantId, work) => db.snapshot(tenantId, (tx) => work({ ...tx, query: clocked(tx.query) })),
      transaction: (tenantId, work) => db.transaction(tenantId, (tx) => work({ ...tx, query: clocked(tx.query) })),
    };
  }

  /** Milliseconds by statement since the last time it was asked, the longest first. */
  take(): Record<string, number> {
    const taken = [...this.#seconds]
      .sort(([, a], [, b]) => b - a)
      .map(([name, seconds]) => [name, Number((seconds * 1000).toPrecision(3))] as const);
    this.#seconds = new Map();
    return Object.fromEntries(taken);
  }
}
