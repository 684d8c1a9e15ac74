import { expect } from 'vitest';
import type { Draft } from '#contract';
import type { DocumentLine, DocumentsBridge } from '../../src/reconcile/documents-bridge.ts';
import { runDocumentsBridge } from '../../src/reconcile/run-documents-bridge.ts';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { runRecomputation } from '../../src/store/recomputations.ts';
import { changeTenant, type TenantSettingName } from '../../src/store/tenant-settings.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig, lineDraft, type Place } from './engine-rig.ts';
import { invoiceDrafts, type Document } from './invoice-drafts.ts';
import { orderDraft } from './scripted-stream.ts';
import { mirrorOf, webOrder } from './shop-drafts.ts';

export type OrderChanges = NonNullable<Parameters<typeof orderDraft>[1]>;

export const DELIVERED = {
  status: 'open',
  delivered: true,
  invoiced: false,
  locked: false,
  source_status: 'sale/to invoice/full',
} as const;
export const COMPLETED = {
  status: 'completed',
  delivered: true,
  invoiced: true,
  locked: false,
  source_status: 'sale/invoiced/full',
} as const;

/** Order 21 has the lines 2101, 2102, … of these amounts. */
export function order(id: number, amounts: readonly number[], changes: OrderChanges = {}): Draft[] {
  const total = String(amounts.reduce((sum, amount) => sum + amount, 0));
  const draft = orderDraft(String(id), {
    name: `S000${id}`,
    amount_total_source: total,
    created_at: '2026-11-27T15:00:00Z',
    ...COMPLETED,
    ...changes,
  });
  const lines = amounts.map((amount, i) => lineDraft(String(id), String(id * 100 + i + 1), { amount: String(amount) }));
  return [{ ...draft, complete: ['order_line'] }, ...lines];
}

export const boleta = (id: number, gross: number, saleLine: number, more: Partial<Document> = {}): Document => ({
  id,
  lines: [{ gross, saleLine }],
  ...more,
});
export const note = (id: number, gross: number, saleLine: number, more: Partial<Document> = {}): Document => ({
  ...boleta(id, gross, saleLine, more),
  type: 'out_refund',
});

/** Orders and documents of one tenant at a time, written as the streams write them, and what the warehouse makes of them. */
export class DocumentsRig {
  readonly engine: EngineRig;
  tenant!: Awaited<ReturnType<EngineRig['tenant']>>;
  #readSeq = 0;

  private constructor(engine: EngineRig) {
    this.engine = engine;
  }

  static async open(): Promise<DocumentsRig> {
    return new DocumentsRig(await EngineRig.open());
  }

  async newTenant(): Promise<void> {
    this.tenant = await this.engine.tenant();
  }

  async write(drafts: readonly Draft[], place: Place = this.tenant.odoo): Promise<void> {
    this.#readSeq += 1;
    await writeBatch(this.engine.db, await this.engine.batch(place, this.#readSeq, drafts));
  }

  /** A web order with its mirror 21. */
  async webSale(number: number, total: number, at: string, mirror = 21, amounts: readonly number[] = [total]): Promise<void> {
    await this.write([webOrder(number, total, at)], this.tenant.shop);
    await this.write(order(mirror, amounts, { created_at: at, ...mirrorOf(number) }));
  }

  /** Documents of one company; each test numbers its own. */
  async issue(...documents: Document[]): Promise<void> {
    await this.write(invoiceDrafts(documents));
  }

  statuses() {
    return this.tenant.rows(`select source_id as id, status, trim_scale(amount_invoiced)::int as invoiced, cancelled_but_invoiced as flag
      from public.source_orders where deleted_at is null and invoiced_order_id is null order by source_id`);
  }

  /** Which of Odoo's documents is the sale; what follows from it is made anew at once, two rows at a time. */
  countBy(basis: 'orders' | 'invoices'): Promise<void> {
    return this.set('sales_basis', basis);
  }

  /** A setting of the tenant, and what follows from it. */
  async set(name: TenantSettingName, value: unknown): Promise<void> {
    const { tenantId } = this.tenant;
    const id = await changeTenant(this.engine.db, tenantId, new Map([[name, value]]), { who: 'ana', reason: 'test' });
    if (id !== null) await runRecomputation(this.engine.db, tenantId, id, { seconds: 60, chunkSize: 2 });
  }

  /** `day document amount` of every sale, as readers see it. */
  async sales(): Promise<string[]> {
    const rows = await this.tenant.rows<{ line: string }>(
      `select concat_ws(' ', business_day, source_id, trim_scale(amount_total)) as line from public.orders order by 1`,
    );
    return rows.map(({ line }) => line);
  }

  refunds() {
    return this.tenant.rows(`select r.source_id as id, o.source_id as "order", r.business_day::text as day,
        trim_scale(r.amount_total)::int as amount, r.counts
      from public.refunds r left join public.source_orders o on o.tenant_id = r.tenant_id and o.id = r.order_id
      where r.deleted_at is null order by r.source_id`);
  }

  days() {
    return this.tenant.rows(`select day::text, orders::int, trim_scale(amount_total)::int as sold, refunds::int,
        trim_scale(refunds_amount)::int as back
      from kpi.sales_daily order by day`);
  }

  /** From the sales of a month to its documents. */
  bridge(month: string): Promise<DocumentsBridge> {
    return runDocumentsBridge(this.engine.db, { tenantId: this.tenant.tenantId, month });
  }

  /** Start, end, lines; the remainder is nothing, whatever the rest is. */
  async bridgeShape(month = '2026-11') {
    const bridge = await this.bridge(month);
    expect(bridge.remainder).toBe('0');
    return {
      sales: bridge.salesAmount,
      refunds: bridge.refundsAmount,
      documents: bridge.documentsAmount,
      lines: Object.fromEntries(bridge.lines.map(({ line, amount }) => [line, amount])) as Partial<Record<DocumentLine, string>>,
    };
  }

  /** What a rebuild finds wrong: nothing, as whatever was derived batch by batch is what the facts say. */
  unsettled() {
    return rebuildTenant(this.engine.db, this.tenant.tenantId);
  }
}
