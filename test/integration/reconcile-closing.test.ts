import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeMonth, reopenMonth } from '../../src/reconcile/close-month.ts';
import { decideFinding } from '../../src/reconcile/decide-finding.ts';
import { keepAfterClosing } from '../../src/reconcile/keep-after-closing.ts';
import { showClosing } from '../../src/reconcile/show-closing.ts';
import { showReconciliation } from '../../src/reconcile/show-reconciliation.ts';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());

const MARTA = { who: 'marta', reason: 'F29 presented' };
const MONTH = '2025-11';
/** An order of the books that stands for one of the shop, which speaks. */
const MIRROR = { speaks: false, silent_because: 'mirror' };
/** 20 December in Chile. */
const DECEMBER = '2025-12-20T15:00:00Z';

beforeEach(async () => {
  await rig.newTenant();
  const { rows } = await rig.db.query<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'odoo'`, [
    rig.tenantId,
  ]);
  await rig.put('ops.streams', { connection_id: rig.tenantId && rows[0]!.id, stream: 'pos_orders' });
  await rig.sql('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenantId]);
});

/** The sales of the definitions' example, in 2025: 119.000 and 59.500 of the shop, 238.000 of the books alone on the last evening. */
async function example(): Promise<{ a: string; mirror: string; boleta: string; e: string }> {
  const { sale: a, mirror, boleta } = await rig.pair(119_000, {}, MIRROR);
  await rig.pair(59_500, {}, MIRROR);
  const e = await rig.mirror(238_000, null, {
    shop_order_name: null,
    created_at: '2025-12-01T02:30:00Z',
    business_day: '2025-11-30',
    invoiced: false,
  });
  await rig.issue(e, 238_000, { invoice_date: '2025-12-01' });
  return { a, mirror, boleta, e };
}

const close = (force = false) => closeMonth(rig.db, { tenantId: rig.tenantId, month: MONTH, force }, MARTA);
const show = () => showClosing(rig.db, rig.tenantId, MONTH);
const keep = (days: readonly string[] | null = null, asOf = DECEMBER) => keepAfterClosing(rig.db, { tenantId: rig.tenantId, asOf, days });
const change = (order: string, total: number) =>
  rig.sql('update public.source_orders set amount_total_source = $2, amount_total = $2 where id = $1', [order, total]);
const later = async () =>
  (await listFindings(rig.db, { tenantId: rig.tenantId, class: 'after_closing' }))
    .map((f) => [f.component, f.amount, f.value ?? '', f.businessDay, f.state].join(' '))
    .sort();

describe('closing', () => {
  test('keeps both bridges and every document; shown again it says the same, whatever happened since', async () => {
    const { a, boleta } = await example();
    const closing = await close();
    expect(closing).toMatchObject({ month: MONTH, currency: 'CLP', closedBy: 'marta', isForced: false, warnings: [] });
    expect(closing.totals).toMatchObject({
      sale: { count: 3, amount: '416500' },
      document: { count: 2, amount: '178500' },
      refund: { count: 0, amount: '0' },
    });
    const before = await show();
    expect(before.documents).toMatchObject({ salesAmount: '416500', documentsAmount: '178500', remainder: '0' });
    expect(before.documents!.lines).toEqual([expect.objectContaining({ line: 'not_invoiced', amount: '-238000' })]);
    expect(before.reconciliation).toMatchObject({ shopAmount: '178500', erpAmount: '178500', remainder: '0' });
    expect(before.live).toMatchObject({ totals: closing.totals, changes: [] });

    await change(a, 100_000);
    await rig.sql('update public.invoices set deleted_at = now() where id = $1', [boleta]);
    const after = await show();
    expect({ ...after, live: null }).toEqual({ ...before, live: null });
    expect(after.live.totals.sale.amount).toBe('397500');
    expect(after.live.changes.map((c) => [c.entity, c.closed, c.now])).toEqual([
      ['document', '119000', null],
      ['sale', '119000', '100000'],
    ]);
    expect(await showReconciliation(rig.db, { tenantId: rig.tenantId, id: closing.reconciliationId })).toMatchObject({
      shopAmount: '178500',
    });
  });

  test('is refused twice, before the month is over, and while a source is not current or is read again', async () => {
    await example();
    await rig.sql(`update ops.streams set covered_until = now() - interval '2 hours' where tenant_id = $1 and stream = 'invoices'`, [
      rig.tenantId,
    ]);
    await expect(close()).rejects.toThrow(/odoo invoices: Al día solo hasta/);
    const forced = await close(true);
    expect(forced).toMatchObject({ isForced: true });
    expect(forced.warnings.map(({ code }) => code)).toEqual(['stale']);
    await expect(close()).rejects.toThrow(/was closed by marta.*kpi reconcile reopen/);
    const { rows } = await rig.db.query<{ month: string }>(`select to_char(now(), 'YYYY-MM') as month`);
    await expect(closeMonth(rig.db, { tenantId: rig.tenantId, month: rows[0]!.month, force: true }, MARTA)).rejects.toThrow(/is not over/);
    const kept = await rig.db.query(`select from ops.reconciliations where tenant_id = $1`, [rig.tenantId]);
    expect(kept.rowCount).toBe(1);
  });

  test('a running backfill stands against it', async () => {
    const { rows } = await rig.db.query<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'shopify'`, [
      rig.tenantId,
    ]);
    await rig.put('ops.backfills', {
      connection_id: rows[0]!.id,
      stream: 'orders',
      range_from: '2025-11-01T03:00:00Z',
      range_until: '2025-12-01T03:00:00Z',
      state: 'running',
    });
    await expect(close()).rejects.toThrow(/shopify orders: Se está releyendo el período 2025-11-01 a 2025-12-01/);
  });

  test('a bridge that leaves something unexplained stands against it', async () => {
    const { boleta } = await example();
    await rig.sql('update public.invoices set amount_total = amount_total + 7 where id = $1', [boleta]);
    await expect(close()).rejects.toThrow(/the bridge of documents leaves -?7 unexplained/);
    expect((await close(true)).isForced).toBe(true);
  });

  test('what was kept cannot be changed', async () => {
    await example();
    const { id } = await close();
    await expect(rig.db.query(`update ops.closings set totals = '{}' where id = '${id}'`)).rejects.toThrow(/permission denied/);
    await expect(rig.db.query(`update ops.closed_documents set amount = 0 where closing_id = '${id}'`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(rig.db.query(`update ops.documents_bridges set bridge = '{}' where tenant_id = '${rig.tenantId}'`)).rejects.toThrow(
      /permission denied/,
    );
    for (const sql of [`delete from ops.closings where id = '${id}'`, `delete from ops.closed_documents where closing_id = '${id}'`])
      expect((await rig.db.query(sql)).rowCount).toBe(0);
  });
});

describe('what readers see of closed months', () => {
  const seen = async () => {
    const { rows } = await rig.seeder.client.query<{ row: string }>(
      `select concat_ws(' ', month, is_forced, sales_closed, sales_amount_closed::int, sales_amount_now::int, sales_amount_changed::int,
         refunds_amount_closed::int, refunds_amount_now::int, documents_closed, documents_now, documents_amount_closed::int, documents_amount_changed::int) as row
       from kpi.closed_months where tenant_id = $1`,
      [rig.tenantId],
    );
    return rows.map(({ row }) => row);
  };
  /** What batches keep of the days, made here as by a batch. */
  const rollUp = () =>
    rig.sql(
      `insert into kpi.sales_daily (tenant_id, day, source, orders, orders_without_rate, amount_total, amount_untaxed, refunds, refunds_amount, refunds_untaxed)
       select tenant_id, business_day, source, count(*), 0, sum(amount_total), 0, 0, 0, 0 from public.source_orders
       where tenant_id = $1 and is_sale and deleted_at is null group by 1, 2, 3
       on conflict (tenant_id, day, source) do update set amount_total = excluded.amount_total`,
      [rig.tenantId],
    );

  test('is the month as it was closed, and as it is now', async () => {
    const { a, boleta } = await example();
    await rollUp();
    expect(await seen()).toEqual([]);
    await close();
    expect(await seen()).toEqual(['2025-11-01 f 3 416500 416500 0 0 0 2 2 178500 0']);
    await change(a, 100_000);
    await rollUp();
    await rig.sql('update public.invoices set deleted_at = now() where id = $1', [boleta]);
    expect(await seen()).toEqual(['2025-11-01 f 3 416500 397500 -19000 0 0 2 1 178500 -119000']);
    await reopenMonth(rig.db, rig.tenantId, MONTH, { who: 'marta', reason: 'F29 corrected' });
    expect(await seen()).toEqual([]);
    await close();
    expect(await seen()).toEqual(['2025-11-01 f 3 397500 397500 0 0 0 1 1 59500 0']);
  });

  test('a month that was closed before there was such a table comes into it with the next comparison', async () => {
    await example();
    await close();
    await rig.sql('delete from kpi.month_closings where tenant_id = $1', [rig.tenantId]);
    expect(await seen()).toEqual([]);
    await keep();
    expect(await seen()).toHaveLength(1);
  });
});

describe('what changes after a closing', () => {
  test('is a finding with its amount, in the period in which it is seen; gone when the month is again as it was', async () => {
    const { a, mirror } = await example();
    await close();
    await keep();
    expect(await later()).toEqual([]);
    await change(a, 100_000);
    await change(mirror, 100_000);
    await keep(['2025-11-28']);
    expect(await later()).toEqual(['erp_order 0 -19000 2025-12-20 open', 'sale -19000  2025-12-20 open']);
    await keep(null, '2025-12-28T15:00:00Z');
    expect(await later()).toEqual(['erp_order 0 -19000 2025-12-20 open', 'sale -19000  2025-12-20 open']);
    await change(a, 119_000);
    await keep();
    expect(await later()).toEqual(['erp_order 0 -19000 2025-12-20 open', 'sale -19000  2025-12-20 resolved']);
  });

  test('a sale, refund or document that came late, and one that moved out of the month', async () => {
    const { a, e } = await example();
    await close();
    await rig.sale(10_000);
    await rig.refund(a, 23_800, { counts: true });
    await rig.issue(e, 5_000, { invoice_date: '2025-11-30' });
    await rig.sql(`update public.source_orders set business_day = '2025-12-01' where id = $1`, [e]);
    await keep();
    expect(await later()).toEqual([
      'document 0 5000 2025-12-20 open',
      'refund -23800  2025-12-20 open',
      'sale -238000  2025-12-20 open',
      'sale 10000  2025-12-20 open',
    ]);
  });

  test('days of no closed month change nothing; a comparison of shop and books leaves them alone', async () => {
    const { a } = await example();
    await close();
    await change(a, 100_000);
    await keep(['2025-12-05']);
    expect(await later()).toEqual([]);
    await keep(['2025-11-01']);
    await rig.keep();
    expect(await later()).toEqual(['sale -19000  2025-12-20 open']);
  });

  test('what a person says of it stays while the amount stays', async () => {
    const { a } = await example();
    await close();
    await change(a, 100_000);
    await keep();
    const [one] = await listFindings(rig.db, { tenantId: rig.tenantId, class: 'after_closing' });
    await decideFinding(rig.db, { tenantId: rig.tenantId, number: one!.number, state: 'resolved', note: 'booked in December' }, MARTA);
    await keep(null, '2027-12-28T15:00:00Z');
    expect(await later()).toEqual(['sale -19000  2025-12-20 resolved']);
    await change(a, 90_000);
    await keep(null, '2027-12-28T15:00:00Z');
    expect(await later()).toEqual(['sale -29000  2025-12-20 reappeared']);
    expect((await show()).findings.map((f) => [f.state, f.note])).toEqual([['reappeared', 'booked in December']]);
  });
});

describe('what is shown of a closed month', () => {
  test('is its own comparison and of its own days, whatever was compared since', async () => {
    const { mirror } = await example();
    await rig.pair(
      77_000,
      { created_at: '2025-12-03T15:00:00Z', business_day: '2025-12-03' },
      { created_at: '2025-12-03T15:00:00Z', business_day: '2025-12-03', ...MIRROR },
    );
    const closing = await close();
    const before = await show();
    expect(before.reconciliation).toMatchObject({ id: closing.reconciliationId, shopOrders: 2, shopAmount: '178500', erpOrders: 2 });
    await change(mirror, 100_000);
    await rig.run();
    expect((await show()).reconciliation).toEqual(before.reconciliation);
  });
});

describe('opening again', () => {
  test('needs a closed month, says who and why, settles its findings, and lets it be closed anew', async () => {
    await expect(reopenMonth(rig.db, rig.tenantId, MONTH, MARTA)).rejects.toThrow(/is not closed/);
    const { a } = await example();
    const first = await close();
    await change(a, 100_000);
    await keep();
    expect(await reopenMonth(rig.db, rig.tenantId, MONTH, { who: 'jorge', reason: 'corrected F29' })).toMatchObject({
      id: first.id,
      reopenedBy: 'jorge',
      reopenedBecause: 'corrected F29',
    });
    await keep(['2025-12-20']);
    expect(await later()).toEqual(['sale -19000  2025-12-20 resolved']);
    // Nor does a change of one of its days find it again.
    await keep(['2025-11-28']);
    expect(await later()).toEqual(['sale -19000  2025-12-20 resolved']);
    const second = await close(true);
    expect(second.id).not.toBe(first.id);
    expect((await show()).closing).toMatchObject({ id: second.id, reopenedAt: null, totals: { sale: { amount: '397500' } } });
    const { rows } = await rig.db.query<{ did: string }>(
      `select actor || ' ' || action || ': ' || (details ->> 'reason') as did from ops.audit where tenant_id = $1 and action like 'reconcile.%open' order by id`,
      [rig.tenantId],
    );
    expect(rows.map(({ did }) => did)).toEqual(['jorge reconcile.reopen: corrected F29']);
  });
});
