import type pg from 'pg';
import { Database } from '../../../src/store/database.ts';
import { ROLLUPS } from '../../../src/store/rollups.ts';
import { sqlFile } from '../../../src/store/sql-file.ts';

/** A statement that deletes from a roll-up or fills it, alone or with others. */
const WRITES_ROLLUP = new RegExp(
  String.raw`(delete from|insert into) (${Object.values(ROLLUPS)
    .map(({ table }) => table.replace('.', String.raw`\.`))
    .join('|')})\b`,
);
/** What only finds out which days, customers … of roll-ups are touched. */
const FINDS_TOUCHED = new Set(['days-of-lines', 'days-of-links', 'days-of-workflows', 'identities-touched'].map(sqlFile));

const isUpkeep = (text: string) => WRITES_ROLLUP.test(text) || FINDS_TOUCHED.has(text);

/** A database whose connections add up how long writing transactions take, and how much of that keeps roll-ups. */
export class Meter {
  readonly db: Database;
  /** Milliseconds from `begin` to the answer to `commit`, of transactions that sent rows by COPY. */
  written = 0;
  /** Milliseconds in the statements among them that keep roll-ups. */
  upkeep = 0;

  constructor(url: string) {
    this.db = new Database({ url });
    const connect = this.db.pool.connect.bind(this.db.pool) as () => Promise<pg.PoolClient>;
    // The pool's own methods call connect as well, with a callback: only what is asked of it from outside is wrapped.
    const pool = new Proxy(this.db.pool, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === 'connect') return async () => this.#timed(await connect());
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    Object.defineProperty(this.db, 'pool', { value: pool });
  }

  reset(): void {
    this.written = 0;
    this.upkeep = 0;
  }

  #timed(client: pg.PoolClient): pg.PoolClient {
    const transaction = { began: 0, copies: false, upkeep: 0 };
    const answered = (text: string, sent: number) => {
      const now = performance.now();
      if (isUpkeep(text)) transaction.upkeep += now - sent;
      if (text !== 'commit' || !transaction.copies) return;
      this.written += now - transaction.began;
      this.upkeep += transaction.upkeep;
    };
    return new Proxy(client, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'query') return value.bind(target) as unknown;
        return (...args: unknown[]): unknown => {
          const [text] = args;
          const sent = performance.now();
          if (text === 'begin') Object.assign(transaction, { began: sent, copies: false, upkeep: 0 });
          // The one thing sent that is no text is the stream of a COPY.
          if (typeof text !== 'string') transaction.copies = true;
          const answer = Reflect.apply(value, target, args) as unknown;
          return typeof text === 'string' && answer instanceof Promise ? answer.finally(() => answered(text, sent)) : answer;
        };
      },
    });
  }
}
