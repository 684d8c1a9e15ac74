import pg from 'pg';
import type { Draft } from '#contract';
import { normalizer } from '../../src/normalize/normalize-draft.ts';
import { Database } from '../../src/store/database.ts';
import { tenantWith } from '../support/scripted-stream.ts';
import { benchDatabase } from './bench-database.ts';
import { measure, type Sample } from './measure.ts';
import { syncOptions, type SyncBenchOptions } from './options.ts';
import { orderDrafts } from './order-drafts.ts';
import { PlainCopy } from './plain-copy.ts';
import { jsonReport, summary, table, type Phase, type Repetition } from './sync-report.ts';
import { checkCounts, pagesOf, syncPages, type Expected, type Place } from './sync-path.ts';

/** How fast orders go through the whole writing path, against a plain COPY of the same rows on the same database in the same minute. */
export async function benchSync(args: readonly string[]): Promise<void> {
  const options = syncOptions(args);
  const say = options.json ? () => undefined : (text: string) => console.error(text);
  say('starting a database …');
  const database = await benchDatabase();
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl });
  try {
    await admin.connect();
    const { tenantId, connections } = await tenantWith(db, ['shopify']);
    const bench = new SyncBench(options, db, admin, { tenantId, connectionId: connections['shopify']! });
    say(`warming up with ${options.rows} rows …`);
    const baseline = await bench.warmUp();
    const repetitions: Repetition[] = [];
    for (let i = 0; i < options.repeat; i += 1) {
      say(`repetition ${i + 1} of ${options.repeat} …`);
      repetitions.push(await bench.repetition(baseline, i));
    }
    const result = summary(options, repetitions);
    console.log(options.json ? jsonReport(result) : table(result));
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

// Every tenth order changes: all days are touched, which is harder than the usual change of the newest days alone.
const CHANGED_EVERY = 10;

class SyncBench {
  readonly #options: SyncBenchOptions;
  readonly #db: Database;
  readonly #admin: pg.Client;
  readonly #place: Place;
  readonly #drafts: readonly Draft[];
  readonly #changedDrafts: readonly Draft[];

  constructor(options: SyncBenchOptions, db: Database, admin: pg.Client, place: Place) {
    this.#options = options;
    this.#db = db;
    this.#admin = admin;
    this.#place = place;
    this.#drafts = orderDrafts(options.rows, () => 1);
    this.#changedDrafts = orderDrafts(options.rows, (index) => (index % CHANGED_EVERY === 0 ? 2 : 1));
  }

  /** Every path once, so that nothing is compiled within a measurement; the rows stored are the baseline's. */
  async warmUp(): Promise<PlainCopy> {
    await this.#sync(this.#drafts, { inserted: this.#options.rows, updated: 0, unchanged: 0 });
    const baseline = await PlainCopy.ofStoredRows(this.#admin);
    await this.repetition(baseline, 0);
    return baseline;
  }

  /** All phases once. The COPY and the first sync take turns at being first. */
  async repetition(baseline: PlainCopy, index: number): Promise<Repetition> {
    const { rows } = this.#options;
    const changed = Math.ceil(rows / CHANGED_EVERY);
    const samples: Partial<Record<Phase, Sample>> = {};
    await this.#empty(baseline);
    const copies = async () => {
      samples.copy = await this.#copy(baseline, 'facts');
      samples.copy_raw = await this.#copy(baseline, 'raw');
    };
    const first = async () => {
      samples.new = await this.#sync(this.#drafts, { inserted: rows, updated: 0, unchanged: 0 });
    };
    for (const phase of index % 2 === 0 ? [copies, first] : [first, copies]) await phase();
    // What autovacuum does after a load: without it the second sync would pay for the first.
    await this.#admin.query('vacuum analyze');
    samples.unchanged = await this.#sync(this.#drafts, { inserted: 0, updated: 0, unchanged: rows });
    samples.changed = await this.#sync(this.#changedDrafts, { inserted: 0, updated: changed, unchanged: rows - changed });
    samples.normalize = await this.#normalize();
    return samples as Repetition;
  }

  async #sync(drafts: readonly Draft[], expected: Expected): Promise<Sample> {
    const pages = pagesOf(drafts);
    const sample = await this.#measure(() => syncPages(this.#db, this.#place, this.#options.batch, pages));
    await checkCounts(this.#db, this.#place, expected);
    return sample;
  }

  async #copy(baseline: PlainCopy, which: 'facts' | 'raw'): Promise<Sample> {
    const sample = await this.#measure(() => baseline.copy(which));
    const found = await baseline.count(which);
    if (found !== this.#options.rows) throw new Error(`the plain COPY stored ${found} rows and not ${this.#options.rows}`);
    return sample;
  }

  async #normalize(): Promise<Sample> {
    const normalize = normalizer({ ...this.#place, identityKey: Buffer.alloc(32, 1) });
    return this.#measure(async () => {
      let refused = 0;
      for (const draft of this.#drafts) if (!('hash' in normalize(draft, 1n))) refused += 1;
      if (refused > 0) throw new Error(`${refused} drafts of the bench were refused`);
    });
  }

  async #measure(work: () => Promise<void>): Promise<Sample> {
    return measure(this.#options.rows, () => this.#walPosition(), work);
  }

  async #walPosition(): Promise<bigint> {
    const { rows } = await this.#admin.query<{ bytes: string }>("select (pg_current_wal_insert_lsn() - '0/0')::text as bytes");
    return BigInt(rows[0]!.bytes);
  }

  /** The tables as before the first sync, and nothing left for the disk to do. */
  async #empty(baseline: PlainCopy): Promise<void> {
    await this.#admin.query('truncate public.source_orders, public.order_links, raw.records, kpi.sales_daily');
    await baseline.empty();
    await this.#admin.query('checkpoint');
  }
}
