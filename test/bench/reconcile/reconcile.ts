import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { keepOpenFindings } from '../../../src/reconcile/keep-open-findings.ts';
import { runReconciliation } from '../../../src/reconcile/run-reconciliation.ts';
import { Database } from '../../../src/store/database.ts';
import { benchDatabase, READING } from '../bench-database.ts';
import { spread } from '../measure.ts';
import { reconcileOptions } from '../options.ts';

const FILL = new URL('fill.sql', import.meta.url);
const CHANGED = 100;
/** Other orders in every repetition, all over the year. */
const CHANGE = `update public.source_orders set amount_total = amount_total + 1, amount_total_source = amount_total_source + 1,
    amount_products_source = amount_products_source + 1
  where tenant_id = $1 and source = 'odoo' and shop_order_name::integer % $2 = $3 returning id`;

/** How long it takes to compare a tenant's whole shop with its books, bridge included, and to compare anew what changed. */
export async function benchReconcile(args: readonly string[]): Promise<void> {
  const options = reconcileOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const database = await benchDatabase(READING);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl, limits: { statementMs: 600_000, idleMs: 60_000, lockMs: 10_000 } });
  try {
    await admin.connect();
    say(`filling ${options.orders} orders a side …`);
    const asOf = new Date().toISOString();
    const parts = (await readFile(FILL, 'utf8')).split(';').filter((part) => part.trim() !== '');
    for (const part of parts) await admin.query(part, [options.orders, asOf]);
    await admin.query('vacuum analyze');
    const tenantId = (await admin.query<{ id: string }>('select id from public.tenants')).rows[0]!.id;

    say('comparing everything …');
    const full: number[] = [];
    for (let turn = 0; turn < options.repeat; turn++) {
      const { seconds, result } = await timed(() => runReconciliation(db, { tenantId, asOf, limit: 20 }));
      full.push(seconds);
      const classes = result.classes.map((c) => c.class);
      if (
        result.remainder !== '0' ||
        !['duplicate_in_odoo', 'missing_in_odoo', 'shipping', 'amount'].every((c) => classes.some((x) => x === c))
      )
        throw new Error(`the comparison is not what was filled: remainder ${result.remainder}, ${classes.join(', ')}`);
    }
    const keep = await timed(() => keepOpenFindings(db, { tenantId, asOf }));

    say(`comparing ${CHANGED} changed orders …`);
    const every = Math.max(1, Math.floor(options.orders / CHANGED));
    const incremental: number[] = [];
    for (let turn = 0; turn < options.repeat + 2; turn++) {
      const { rows } = await admin.query<{ id: string }>(CHANGE, [tenantId, every, turn + 20]);
      const orderIds = rows.map(({ id }) => id).slice(0, CHANGED);
      const { seconds, result } = await timed(() => keepOpenFindings(db, { tenantId, asOf, touched: { orderIds } }));
      if (result.whole || result.found + result.changed < orderIds.length) throw new Error(`not what changed: ${JSON.stringify(result)}`);
      // The first ones find neither plans nor pages.
      if (turn >= 2) incremental.push(seconds * 1000);
    }
    const timings = { full: spread(full), incremental: spread(incremental) };
    const result = {
      full_seconds: timings.full.median,
      incremental_ms: timings.incremental.median,
      orders: options.orders,
      changed: CHANGED,
      keep_seconds: Number(keep.seconds.toPrecision(3)),
      full: timings.full,
      incremental: timings.incremental,
    };
    const goals = `everything ${result.full_seconds} s (goal 10), ${CHANGED} changed orders ${result.incremental_ms} ms (goal 200)`;
    console.log(
      options.json
        ? JSON.stringify(result)
        : `${options.orders} orders a side: ${goals}; keeping what is open the first time ${result.keep_seconds} s`,
    );
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly result: T }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
}
