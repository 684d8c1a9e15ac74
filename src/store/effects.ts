import type { Entity, Row } from '#contract';
import type { Coverage } from './coverage.ts';
import { TABLES } from './tables.ts';
import type { TenantSettings } from './tenants.ts';

/** What a batch changed, for the statements that follow from it. */
export interface Effects {
  readonly tenant: TenantSettings;
  /** Ids of the rows written or tombstoned. */
  ids(entity: Entity): string[];
  /** Ids among them of which nothing was stored before: nothing can have been derived of them. */
  fresh(entity: Entity): ReadonlySet<string>;
  /** Their local days, before and after. */
  days(entity: Entity): ReadonlySet<string>;
  /** Values of the reference by which these rows touch something else (`TableSpec.touches`), before and after. */
  touchedBy(entity: Entity): ReadonlySet<string>;
  /** Shop order ids and names cited by the orders written, before and after. */
  readonly shopIds: string[];
  readonly shopNames: string[];
  /** Source of the batch: only an ERP has invoices. Null where facts of any source changed. */
  readonly source: string | null;
  /** Customers of the orders and carts written, as they were before. */
  readonly formerBuyers: ReadonlySet<string>;
  /** Customers of the orders written, as they are now. */
  readonly buyers: ReadonlySet<string>;
  /** Whether a document in another currency than the tenant's is among them. */
  readonly foreign: boolean;
  /** Coverage of a shop's orders that this batch commits. */
  readonly coverage: ({ readonly connectionId: string } & Coverage) | null;
}

/** Collects effects while a batch is written. */
export class EffectsCollector implements Effects {
  readonly tenant: TenantSettings;
  coverage: Effects['coverage'] = null;
  foreign = false;
  readonly shopIds: string[] = [];
  readonly shopNames: string[] = [];
  readonly source: string | null;
  readonly formerBuyers = new Set<string>();
  readonly buyers = new Set<string>();
  readonly #ids = new Map<Entity, Set<string>>();
  readonly #fresh = new Map<Entity, Set<string>>();
  readonly #days = new Map<Entity, Set<string>>();
  readonly #touchedBy = new Map<Entity, Set<string>>();

  constructor(tenant: TenantSettings, source: string | null) {
    this.tenant = tenant;
    this.source = source;
  }

  ids(entity: Entity): string[] {
    return [...(this.#ids.get(entity) ?? [])];
  }

  fresh(entity: Entity): ReadonlySet<string> {
    return this.#fresh.get(entity) ?? new Set();
  }

  days(entity: Entity): ReadonlySet<string> {
    return this.#days.get(entity) ?? new Set();
  }

  touchedBy(entity: Entity): ReadonlySet<string> {
    return this.#touchedBy.get(entity) ?? new Set();
  }

  addTouched(entity: Entity, values: Iterable<string | null>): void {
    const known = this.#touchedBy.get(entity) ?? new Set<string>();
    for (const value of values) if (value !== null) known.add(value);
    this.#touchedBy.set(entity, known);
  }

  addIds(entity: Entity, ids: Iterable<string>): void {
    const known = this.#ids.get(entity) ?? new Set<string>();
    for (const id of ids) known.add(id);
    if (known.size > 0) this.#ids.set(entity, known);
  }

  addFresh(entity: Entity, ids: readonly string[]): void {
    this.#fresh.set(entity, new Set(ids));
  }

  addDays(entity: Entity, days: Iterable<string>): void {
    const known = this.#days.get(entity) ?? new Set<string>();
    for (const day of days) known.add(day);
    this.#days.set(entity, known);
  }

  addRows(entity: Entity, rows: readonly Row[], column: (row: Row, name: string) => string | null): void {
    this.addIds(
      entity,
      rows.map((row) => row.id),
    );
    const { touches } = TABLES[entity];
    if (touches !== undefined)
      this.addTouched(
        entity,
        rows.map((row) => column(row, touches)),
      );
    if (entity !== 'order' && entity !== 'refund') return;
    for (const row of rows) {
      if (column(row, 'currency_source') !== this.tenant.currency) this.foreign = true;
      if (entity !== 'order') continue;
      this.addCited(column(row, 'shop_order_id'), column(row, 'shop_order_name'));
      const buyer = column(row, 'customer_id');
      if (buyer !== null) this.buyers.add(buyer);
    }
  }

  addCited(shopId: string | null, shopName: string | null): void {
    if (shopId !== null) this.shopIds.push(shopId);
    if (shopName !== null) this.shopNames.push(shopName);
  }
}
