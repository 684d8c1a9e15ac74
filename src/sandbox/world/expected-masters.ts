import { decimal, decimalText, fromMinor } from './decimal.ts';
import type { ExpectedRow } from './model.ts';
import type { OdooDatabase, OdooProduct } from './odoo-model.ts';
import type { Shop, ShopProduct, ShopVariant } from './shop-model.ts';
import { companiesOf } from './reporting.ts';
import { rutDigit } from './rut.ts';
import type { TenantSources } from './sales-ledger.ts';
import { guestIds, listedCheckouts } from './shop-guests.ts';

type Values = Record<string, string | null>;

/** Rows of customers, products, places, stock and rates of one tenant. */
export function* expectedMasters({ tenant, shops, database, anchor }: TenantSources): Generator<ExpectedRow> {
  const row = ([table, sourceId, values]: [string, number | string, Values]): ExpectedRow => ({
    rut: tenant.rut,
    table: `public.${table}`,
    sourceId: String(sourceId),
    values,
  });
  for (const shop of shops) for (const each of shopMasters(shop, anchor)) yield row(each);
  if (database !== null) for (const each of odooMasters(database, companiesOf(tenant))) yield row(each);
}

const nobody = { kind: 'person', rut_display: null, rut_valid: null, comuna: null, region: null, commercial_id: null } as const;

function* shopMasters(shop: Shop, anchor: string): Generator<[string, number | string, Values]> {
  // Shoppers come with their orders: one who never bought anything is not known.
  const buyers = new Set([...shop.orders, ...listedCheckouts(shop, anchor)].map(({ customerId }) => customerId));
  for (const { id, city, province } of shop.customers) {
    if (buyers.has(id)) yield ['customers', id, { ...nobody, comuna: city, region: province }];
  }
  for (const id of guestIds(shop, anchor)) yield ['customers', id, nobody];
  for (const { id, taxId } of shop.orders) if (taxId !== null) yield ['customers', `tax:${id}`, { ...nobody, ...rutValues(taxId) }];
  const digits = shop.currency === 'CLP' ? 0 : 2;
  for (const product of shop.products) {
    for (const variant of product.variants) yield ['products', variant.id, shopProduct(product, variant, digits)];
  }
  for (const { id, name, isActive } of shop.locations) {
    yield ['locations', id, { name, usage: 'internal', active: String(isActive), counts_stock: 'true', company: null }];
  }
  const variants = shop.products.flatMap((product) => product.variants);
  const variantOf = new Map(variants.map((variant) => [variant.inventoryItemId, variant.id]));
  for (const level of shop.inventory) {
    yield [
      'inventory_levels',
      `${level.inventoryItemId}@${level.locationId}`,
      {
        product_id: String(variantOf.get(level.inventoryItemId)),
        location_id: String(level.locationId),
        quantity_on_hand: String(level.onHand),
        quantity_reserved: String(level.onHand - level.available),
        quantity_available: String(level.available),
        foreign_owner: 'false',
      },
    ];
  }
}

function shopProduct(product: ShopProduct, variant: ShopVariant, digits: number): Values {
  return {
    sku: variant.sku,
    barcode: variant.barcode,
    name: variant.title === 'Default Title' ? product.title : `${product.title} - ${variant.title}`,
    kind: product.isGiftCard ? 'gift_card' : variant.tracked ? 'storable' : 'service',
    active: String(product.status === 'ACTIVE'),
    tracked: String(variant.tracked),
    list_price: decimalText(fromMinor(variant.price, digits)),
    parent: String(product.id),
  };
}

function* odooMasters(database: OdooDatabase, companyIds: readonly number[]): Generator<[string, number | string, Values]> {
  const mine = ({ companyId }: { readonly companyId: number | null }): boolean => companyId === null || companyIds.includes(companyId);
  for (const partner of database.partners.filter(mine)) {
    const kind = partner.isCompany ? 'company' : 'person';
    const place = { comuna: partner.city, region: partner.stateName, commercial_id: String(partner.commercialPartnerId) };
    yield ['customers', partner.id, { kind, ...rutValues(partner.vat), ...place }];
  }
  for (const product of database.products.filter(mine)) yield ['products', product.id, odooProduct(product)];
  for (const location of database.locations.filter(mine)) {
    const { name, usage, active, companyId } = { ...location, name: location.completeName };
    const company = companyId === null ? null : String(companyId);
    yield ['locations', location.id, { name, usage, active: String(active), counts_stock: String(usage === 'internal'), company }];
  }
  const internal = new Set(database.locations.filter(({ usage }) => usage === 'internal').map(({ id }) => id));
  const ourselves = new Set(database.companies.filter(({ id }) => companyIds.includes(id)).map(({ partnerId }) => partnerId));
  for (const quant of database.quants) {
    if (quant.companyId === null || !companyIds.includes(quant.companyId) || !internal.has(quant.locationId)) continue;
    yield [
      'inventory_levels',
      quant.id,
      {
        product_id: String(quant.productId),
        location_id: String(quant.locationId),
        quantity_on_hand: decimalText(decimal(String(quant.quantity))),
        quantity_reserved: decimalText(decimal(String(quant.reservedQuantity))),
        quantity_available: decimalText(decimal(String(quant.quantity)) - decimal(String(quant.reservedQuantity))),
        foreign_owner: String(quant.ownerId !== null && !ourselves.has(quant.ownerId)),
      },
    ];
  }
  const code = new Map(database.currencies.map(({ id, name }) => [id, name === 'UF' ? 'CLF' : name]));
  const companyCurrency = new Map(database.companies.map(({ id, currencyId }) => [id, code.get(currencyId) ?? null]));
  for (const rate of database.currencyRates.filter(mine)) {
    yield [
      'exchange_rates',
      rate.id,
      {
        currency: code.get(rate.currencyId) ?? null,
        base_currency: companyCurrency.get(rate.companyId) ?? null,
        rate_date: rate.day,
        rate: decimalText(decimal(rate.inverseCompanyRate)),
        company: String(rate.companyId),
      },
    ];
  }
}

function odooProduct(product: OdooProduct): Values {
  return {
    sku: product.defaultCode,
    barcode: product.barcode,
    name: product.name,
    kind: product.type === 'service' ? 'service' : product.type === 'combo' ? 'bundle' : product.isStorable ? 'storable' : 'consumable',
    active: String(product.active),
    tracked: String(product.isStorable),
    list_price: decimalText(decimal(product.listPrice)),
    parent: String(product.templateId),
  };
}

/** A company's RUT is shown, of a person's the last three digits and the check digit. Whether it is valid is said beside it. */
function rutValues(typed: string | null): Values {
  if (typed === null) return { rut_display: null, rut_valid: null };
  const characters = typed.replace(/[^0-9kK]/g, '').toUpperCase();
  const body = Number(characters.slice(0, -1));
  const digit = characters.slice(-1);
  const valid = rutDigit(body) === digit;
  const shown = valid && body >= 50_000_000 ? `${body}-${digit}` : `*****${String(body).slice(-3)}-${digit}`;
  return { rut_display: shown, rut_valid: String(valid) };
}
