import { decimal, decimalText, type Decimal } from './decimal.ts';
import { timeOf } from './instants.ts';
import { localDays } from './local-day.ts';
import type { ExpectedRow } from './model.ts';
import { companiesOf } from './reporting.ts';
import type { TenantSources } from './sales-ledger.ts';
import type { Shop } from './shop-model.ts';

interface Level {
  readonly product: number;
  readonly place: number;
  readonly onHand: Decimal;
  readonly reserved: Decimal;
}

/**
 * Stock as it is kept of the day before the anchor: the world is read for the first time on the anchor's local day. Of both sources, lots
 * together, without goods of others and rows of nothing.
 */
export function* expectedStockHistory(sources: TenantSources): Generator<ExpectedRow> {
  const { rut, timeZone } = sources.tenant;
  const today = localDays(timeZone)(timeOf(sources.anchor));
  const day = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  for (const [source, levels] of [
    ['shopify', shopLevels(sources)],
    ['odoo', odooLevels(sources)],
  ] as const) {
    const kept = [...Map.groupBy(levels, ({ product, place }) => `${product}|${place}`)]
      .map(([key, lots]) => ({ key, place: lots[0]!.place, onHand: sum(lots, 'onHand'), reserved: sum(lots, 'reserved') }))
      .filter(({ onHand, reserved }) => onHand !== 0n || reserved !== 0n);
    for (const { key, onHand, reserved } of kept) {
      yield { rut, table: 'public.inventory_snapshots', sourceId: `${day}|${source}|${key}`, values: units(onHand, reserved) };
    }
    for (const [place, rows] of Map.groupBy(kept, (row) => row.place)) {
      const values = { ...units(sum(rows, 'onHand'), sum(rows, 'reserved')), products: String(rows.length) };
      yield { rut, table: 'kpi.stock_daily', sourceId: `${day}|${source}|${place}`, values };
    }
  }
}

function units(onHand: Decimal, reserved: Decimal): Record<string, string> {
  return { on_hand: decimalText(onHand), reserved: decimalText(reserved), available: decimalText(onHand - reserved) };
}

function sum<K extends string>(rows: readonly { readonly [key in K]: Decimal }[], column: K): Decimal {
  return rows.reduce((total, row) => total + row[column], 0n);
}

const shopLevels = ({ shops }: TenantSources): Level[] => shops.flatMap(levelsOf);

function levelsOf(shop: Shop): Level[] {
  const variantOf = new Map(shop.products.flatMap(({ variants }) => variants.map((variant) => [variant.inventoryItemId, variant])));
  return shop.inventory.flatMap(({ inventoryItemId, locationId, onHand, available }) => {
    const variant = variantOf.get(inventoryItemId);
    if (variant === undefined || !variant.tracked) return [];
    const whole = (n: number): Decimal => decimal(String(n));
    return [{ product: variant.id, place: locationId, onHand: whole(onHand), reserved: whole(onHand - available) }];
  });
}

function odooLevels({ tenant, database }: TenantSources): Level[] {
  if (database === null) return [];
  const mine = companiesOf(tenant);
  const own = new Set(database.companies.filter(({ id }) => mine.includes(id)).map(({ partnerId }) => partnerId));
  const internal = new Set(database.locations.filter(({ usage }) => usage === 'internal').map(({ id }) => id));
  return database.quants
    .filter(({ companyId, locationId }) => companyId !== null && mine.includes(companyId) && internal.has(locationId))
    .filter(({ ownerId }) => ownerId === null || own.has(ownerId))
    .map(({ productId, locationId, quantity, reservedQuantity }) => ({
      product: productId,
      place: locationId,
      onHand: decimal(String(quantity)),
      reserved: decimal(String(reservedQuantity)),
    }));
}
