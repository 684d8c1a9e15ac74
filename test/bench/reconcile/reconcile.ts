import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { keepOpenFindings } from '../../../src/reconcile/keep-open-findings.ts';
import type { Reconciliation } from '../../../src/reconcile/reconciliation.ts';
import { runDocumentsBridge } from '../../../src/reconcile/run-documents-bridge.ts';
import { runReconciliation } from '../../../src/reconcile/run-reconciliation.ts';
import { Database } from '../../../src/store/database.ts';
import { benchDatabase, READING } from '../bench-database.ts';
import { spread } from '../measure.ts';
import { cpuSeconds, parentOf } from '../operations/process-cpu.ts';
import { reconcileOptions } from '../options.ts';
import { Phases } from './phases.ts';

const CHANGED = 100;
/** Other orders in every repetition, all over the year. */
const CHANGE = `update public.source_orders set amount_total = amount_total + $4, amount_total_source = amount_total_source + $4,
    amount_products_source = amount_products_source + $4
  where tenant_id = $1 and source = 'odoo' and shop_order_name::integer % $2 = $3 returning id`;

/**
 * How long it takes to compare a tenant's whole shop with its books, both bridges included, and to compare anew what changed.
 * @throws when anything else is found than was put in, or a bridge leaves a remainder
 */
export async function benchReconcile(args: readonly string[]): Promise<void> {
  const options = reconcileOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const database = await benchDatabase(READING, options.keep);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl, limits: { statementMs: 600_000, idleMs: 60_000, lockMs: 10_000 } });
  const phases = new Phases(db);
  try {
    await admin.connect();
    const asOf = await filled(admin, options.orders, say);
    const tenantId = (await admin.query<{ id: string }>('select id from public.tenants')).rows[0]!.id;
    const injected = await admin.query<{ class: string; findings: number }>(await statement('injected'));
    // A month in the middle: what came before and what came after is of it, too.
    const month = (
      await admin.query<{ month: string }>(`select to_char($1::timestamptz - interval '150 days', 'YYYY-MM') as month`, [asOf])
    ).rows[0]!.month;

    say('comparing everything …');
    const timed = await clock(admin);
    const [orders, documents, whole, processor]: number[][] = [[], [], [], []];
    const broken: Record<string, Record<string, number>> = {};
    for (let turn = 0; turn < options.repeat; turn++) {
      const first = await timed(() => runReconciliation(phases.db, { tenantId, asOf, limit: 20 }));
      requireFound(first.result, injected.rows);
      broken['orders'] = phases.take();
      const second = await timed(() => runDocumentsBridge(phases.db, { tenantId, month }));
      if (second.result.remainder !== '0' || second.result.lines.length < 5)
        throw new Error(`bridge of documents: ${JSON.stringify(second.result)}`);
      broken['documents'] = phases.take();
      orders!.push(first.seconds);
      documents!.push(second.seconds);
      whole!.push(first.seconds + second.seconds);
      processor!.push(first.processor + second.processor);
    }
    const keep = await timed(() => keepOpenFindings(phases.db, { tenantId, asOf }));
    broken['keep'] = phases.take();
    // As it is soon after where a server keeps house by itself.
    await admin.query('vacuum analyze');

    say(`comparing ${CHANGED} changed orders …`);
    const every = Math.max(1, Math.floor(options.orders / CHANGED));
    const [incremental, incrementalProcessor]: number[][] = [[], []];
    for (let turn = 0; turn < options.repeat + 2; turn++) {
      const { rows } = await admin.query<{ id: string }>(CHANGE, [tenantId, every, turn + 20, 1]);
      const orderIds = rows.map(({ id }) => id).slice(0, CHANGED);
      const {
        seconds,
        processor: used,
        result,
      } = await timed(() => keepOpenFindings(phases.db, { tenantId, asOf, touched: { orderIds } }));
      broken['incremental'] = phases.take();
      if (result.whole || result.found + result.changed < orderIds.length) throw new Error(`not what changed: ${JSON.stringify(result)}`);
      // The first ones find neither plans nor pages.
      if (turn < 2) continue;
      incremental!.push(seconds * 1000);
      incrementalProcessor!.push(used * 1000);
    }
    // A warehouse that is kept is found again as it was filled.
    for (let turn = 0; turn < options.repeat + 2; turn++) await admin.query(CHANGE, [tenantId, every, turn + 20, -1]);
    const timings = { full: spread(whole!), orders: spread(orders!), documents: spread(documents!), incremental: spread(incremental!) };
    const result = {
      orders_a_side: options.orders,
      full_seconds: timings.full.median,
      bridge_orders_seconds: timings.orders.median,
      bridge_documents_seconds: timings.documents.median,
      incremental_ms: timings.incremental.median,
      remainder: 0,
      full_processor_seconds: spread(processor!).median,
      incremental_processor_ms: spread(incrementalProcessor!).median,
      changed: CHANGED,
      keep_seconds: Number(keep.seconds.toPrecision(3)),
      found: Object.fromEntries(injected.rows.map((row) => [row.class, row.findings])),
      spread: timings,
      phases_ms: broken,
    };
    const goals = `everything ${result.full_seconds} s (goal 10), of it the bridge to documents ${result.bridge_documents_seconds} s; ${CHANGED} changed orders ${result.incremental_ms} ms (goal 200)`;
    console.log(
      options.json
        ? JSON.stringify(result)
        : `${options.orders} orders a side: ${goals}; comparing and keeping what is open ${result.keep_seconds} s`,
    );
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

/** Fills the warehouse, unless a kept one is filled with as many. Until when, UTC. */
async function filled(admin: pg.Client, orders: number, say: (text: string) => void): Promise<string> {
  const { rows } = await admin.query<{ there: boolean }>(`select to_regclass('bench.size') is not null as there`);
  if (rows[0]!.there) {
    const size = await admin.query<{ orders: number }>('select orders from bench.size');
    if (size.rows[0]!.orders !== orders) throw new Error(`the kept warehouse has ${size.rows[0]!.orders} orders: take another folder`);
  } else {
    say(`filling ${orders} orders a side …`);
    for (const name of ['world', 'fill'])
      for (const part of (await statement(name)).split(';'))
        await admin.query(part, part.includes('$1') && part.includes('bench.size as') ? [orders, new Date().toISOString()] : []);
    await admin.query('vacuum analyze');
  }
  const until = await admin.query<{ until: string }>(
    `select to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until from bench.size`,
  );
  return until.rows[0]!.until;
}

const statement = (name: string): Promise<string> => readFile(new URL(`${name}.sql`, import.meta.url), 'utf8');

function requireFound(result: Reconciliation, injected: readonly { readonly class: string; readonly findings: number }[]): void {
  const counts = (rows: readonly { readonly class: string; readonly findings: number }[]) =>
    Object.fromEntries(rows.map((row) => [row.class, row.findings] as const));
  const [found, put] = [counts(result.classes), counts(injected)];
  if (result.remainder === '0' && isDeepStrictEqual(found, put)) return;
  throw new Error(`remainder ${result.remainder}; found ${JSON.stringify(found)}, put in ${JSON.stringify(put)}`);
}

/** How to time some work; `processor` are the seconds of the whole database, NaN where no Linux tells. */
async function clock(admin: pg.Client) {
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid');
  const server = await parentOf(rows[0]!.pid).catch(() => null);
  const used = async () => (server === null ? Number.NaN : cpuSeconds(server));
  return async <T>(work: () => Promise<T>) => {
    const before = await used();
    const started = performance.now();
    const result = await work();
    const seconds = (performance.now() - started) / 1000;
    return { seconds, processor: (await used()) - before, result };
  };
}
