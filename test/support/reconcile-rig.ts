import { randomUUID } from 'node:crypto';
import { keepOpenFindings } from '../../src/reconcile/keep-open-findings.ts';
import { runReconciliation, type ReconciliationRequest } from '../../src/reconcile/run-reconciliation.ts';
import type { Reconciliation } from '../../src/reconcile/reconciliation.ts';
import { Database } from '../../src/store/database.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { RowSeeder, type Values } from './seed-rows.ts';

/** Noon of 5 December 2025 in UTC; the orders of these tests are of a week before, in Chile the 28th of November. */
export const AS_OF = '2025-12-05T12:00:00Z';
export const EARLIER = '2025-11-28T13:00:00Z';
export const DAY = '2025-11-28';

/** From what the shop sold, by classes of difference, to what the books have. */
export const bridgeOf = (r: Reconciliation) => ({
  shop: r.shopAmount,
  erp: r.erpAmount,
  remainder: r.remainder,
  classes: Object.fromEntries(r.classes.map((c) => [c.class, [c.findings, c.amount]])),
});

/** Hand-made documents of one tenant, and what reconciliation makes of them. */
export class ReconcileRig {
  readonly db: Database;
  readonly seeder: RowSeeder;
  tenantId = '';
  readonly #database: TestDatabase;
  #number = 0;

  private constructor(database: TestDatabase, seeder: RowSeeder) {
    this.#database = database;
    this.seeder = seeder;
    this.db = new Database({ url: database.url('kpi_writer') });
  }

  static async open(): Promise<ReconcileRig> {
    const database = await testDatabase();
    return new ReconcileRig(database, await RowSeeder.open(database.adminUrl));
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.seeder.close();
    await this.#database.close();
  }

  /** What a program needs to find this database. */
  environment(): Record<string, string> {
    return { DATABASE_URL: this.#database.adminUrl, KPI_ROLE_SECRET: this.#database.roleSecret, KPI_LOG_LEVEL: 'silent' };
  }

  /** A tenant whose streams, orders of the shop and those `ofOdoo`, cover everything until the as-of instant. */
  async newTenant(settings: Values = {}, ofOdoo: readonly string[] = ['orders', 'invoices']): Promise<void> {
    this.tenantId = await this.seeder.tenant(settings);
    for (const [source, streams] of [['shopify', ['orders']] as const, ['odoo', ofOdoo] as const]) {
      const id = await this.put('ops.connections', { source, name: source, account_key: randomUUID() });
      for (const stream of streams) await this.put('ops.streams', { connection_id: id, stream, covered_until: AS_OF });
    }
  }

  put(table: string, values: Values): Promise<string> {
    return this.seeder.insert(table, { tenant_id: this.tenantId, ...values });
  }

  sql(text: string, values: readonly unknown[] = []): Promise<unknown> {
    return this.seeder.client.query(text, [...values]);
  }

  /** An order of the shop; `parts` beside products are taken out of its total. */
  async sale(total: number, values: Values = {}): Promise<string> {
    this.#number += 1;
    const name = {
      source_id: String(this.#number),
      name: `#${this.#number}`,
      shop_order_id: String(this.#number),
      shop_order_name: String(this.#number),
    };
    return this.#document(total, { ...name, created_at: EARLIER, business_day: DAY, payment_state: 'paid', ...values });
  }

  /** An order of the books that cites `shopOrder` and is linked to it; linked to none when null. */
  async mirror(total: number, shopOrder: string | null, values: Values = {}): Promise<string> {
    this.#number += 1;
    const name = { source_id: String(this.#number), name: `S${this.#number}`, shop_order_name: 'cited' };
    const defaults = { source: 'odoo', created_at: EARLIER, business_day: DAY, invoiced: true, delivered: true };
    const id = await this.#document(total, { ...name, ...defaults, ...values });
    if (shopOrder !== null) await this.link(shopOrder, id);
    return id;
  }

  link(shopOrder: string, erpOrder: string, rule = 'id'): Promise<string> {
    return this.put('public.order_links', { shop_order_id: shopOrder, erp_order_id: erpOrder, rule });
  }

  async #document(total: number, values: Values): Promise<string> {
    const parts = ['shipping', 'other'] as const;
    const amounts = Object.fromEntries(parts.map((part) => [part, Number(values[`amount_${part}_source`] ?? 0)]));
    const products = total - parts.reduce((sum, part) => sum + (amounts[part] ?? 0), 0);
    return this.seeder.order(this.tenantId, total, { amount_products_source: products, ...values });
  }

  line(order: string, amount: number, values: Values = {}): Promise<string> {
    const source = 'source' in values ? values['source'] : 'shopify';
    const tax = Number(values['amount_tax_source'] ?? amount - Math.round(amount / 1.19));
    return this.put('public.source_order_lines', {
      order_id: order,
      source,
      sku: 'A',
      amount_source: amount,
      amount_untaxed_source: amount - tax,
      amount_tax_source: tax,
      amount_discount_source: 0,
      ...values,
    });
  }

  payment(order: string, amount: number, values: Values = {}): Promise<string> {
    const row = {
      source: 'shopify',
      order_id: order,
      kind: 'SALE',
      status: 'SUCCESS',
      gateway: 'webpay',
      currency_source: 'CLP',
      amount_source: amount,
    };
    return this.put('public.order_payments', { ...row, created_at: EARLIER, business_day: DAY, ...values });
  }

  /** A refund of the shop, or (of an order of the books) what a credit note gave back. */
  refund(order: string, amount: number, values: Values = {}): Promise<string> {
    const own = { amount_total_source: amount, amount_total: amount, amount_paid_back_source: amount, amount_paid_back: amount };
    return this.put('public.refunds', { order_id: order, created_at: EARLIER, business_day: DAY, ...own, ...values });
  }

  /** A document of an order of the books: a paid boleta of that day unless said otherwise. Its id. */
  async issue(order: string, amount: number, values: Values = {}): Promise<string> {
    const company = values['currency_source'] === undefined ? { amount_total: amount } : {};
    const boleta = {
      document_type: '39',
      invoice_date: DAY,
      payment_state: 'paid',
      amount_total_source: amount,
      amount_total_company: amount,
      sii_state: 'accepted',
    };
    const id = await this.put('public.invoices', { source_id: randomUUID(), intercompany: false, ...boleta, ...company, ...values });
    const untaxed = Math.round(amount / 1.19);
    const line = {
      invoice_id: id,
      order_id: order,
      amount_source: amount,
      amount_untaxed_source: untaxed,
      amount_tax_source: amount - untaxed,
    };
    await this.put('public.invoice_lines', line);
    return id;
  }

  /** A credit note of an order of the books and what it gives back. */
  async credit(order: string, amount: number, of: string | null, values: Values = {}): Promise<string> {
    const note = { kind: 'credit_note', document_type: '61', reversed_invoice_id: of, reference_reason: '3' };
    const id = await this.issue(order, amount, { ...note, ...values });
    const day = values['invoice_date'] ?? DAY;
    await this.refund(order, amount, {
      source: 'odoo',
      invoice_id: id,
      business_day: day,
      amount_paid_back_source: null,
      amount_paid_back: null,
    });
    return id;
  }

  /** A pair of equal totals, delivered and invoiced by a boleta that is paid: nothing to be found. */
  async pair(total: number, shop: Values = {}, erp: Values = {}): Promise<{ sale: string; mirror: string; boleta: string }> {
    const sale = await this.sale(total, shop);
    const mirror = await this.mirror(total, sale, erp);
    return { sale, mirror, boleta: await this.issue(mirror, total) };
  }

  run(request: Partial<ReconciliationRequest> = {}): Promise<Reconciliation> {
    return runReconciliation(this.db, { tenantId: this.tenantId, asOf: AS_OF, ...request });
  }

  /** Class, amount and value of everything that is found, in the order in which it is shown; the remainder must be 0. */
  async found(request: Partial<ReconciliationRequest> = {}): Promise<string[]> {
    const { findings, remainder } = await this.run(request);
    if (remainder !== '0') throw new Error(`the remainder is ${remainder}`);
    return findings.map((f) => [f.class, f.amount, ...(f.value === null ? [] : [f.value])].join(' '));
  }

  keep(touched?: { orderIds?: string[]; days?: string[] }, asOf = AS_OF) {
    return keepOpenFindings(this.db, { tenantId: this.tenantId, asOf, ...(touched === undefined ? {} : { touched }) });
  }

  /** Everything that is kept of what is open, without when it was first seen. */
  async open(): Promise<unknown[]> {
    const groups = await this.seeder.client.query(
      `select to_jsonb(g) - 'checked_at' as row from ops.order_groups g where tenant_id = $1 order by group_id`,
      [this.tenantId],
    );
    const findings = await this.seeder.client.query(
      `select to_jsonb(f) - 'first_seen_at' - 'changed_at' as row from ops.open_findings f where tenant_id = $1 order by key`,
      [this.tenantId],
    );
    return [...groups.rows, ...findings.rows];
  }
}
