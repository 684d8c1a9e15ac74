import type { Calendar } from './calendar.ts';
import { stampOf } from './instants.ts';
import type { OdooProduct } from './odoo-model.ts';
import type { Shop } from './shop-model.ts';
import type { Random } from './random.ts';

/** Units of measure of the database. */
export const ODOO_UNITS = {
  piece: { id: 1, name: 'Unidades', relativeTo: null, size: 1 },
  dozen: { id: 2, name: 'Docenas', relativeTo: 1, size: 12 },
  hour: { id: 4, name: 'Horas', relativeTo: null, size: 1 },
  day: { id: 5, name: 'Días', relativeTo: 4, size: 8 },
} as const;

export interface OdooGoods {
  readonly products: OdooProduct[];
  /** Product of each shop variant, by variant id. */
  readonly byVariant: ReadonlyMap<number, OdooProduct>;
  /** Goods a company sells by itself, by company id. */
  readonly byCompany: ReadonlyMap<number, readonly OdooProduct[]>;
  /** The service products every company shares. */
  readonly shared: Readonly<Record<'delivery' | 'discount' | 'tip' | 'giftCard' | 'unlisted', OdooProduct>>;
}

interface ProductSketch {
  readonly name: string;
  readonly code: string | null;
  readonly barcode?: string | null;
  readonly type?: OdooProduct['type'];
  readonly stored?: boolean;
  readonly byTheHour?: boolean;
  readonly price: number;
  readonly companyId: number | null;
  readonly active?: boolean;
}

/** Products of the database: the web shop's variants again, what the companies sell besides, and shared service products. */
export function odooCatalogue(plan: {
  readonly shop: Shop;
  readonly shopCompany: number;
  readonly companies: readonly number[];
  /** Own goods per company. */
  readonly goods: number;
  readonly calendar: Calendar;
  readonly random: Random;
}): OdooGoods {
  const { calendar, random } = plan;
  const products: OdooProduct[] = [];
  const add = (sketch: ProductSketch): OdooProduct => {
    const created = calendar.anchor - random.int(140, 400) * 86_400_000;
    const type = sketch.type ?? 'consu';
    const product: OdooProduct = {
      id: products.length + 11,
      templateId: products.length + 5 + Math.floor(products.length / 2),
      name: sketch.name,
      defaultCode: sketch.code,
      barcode: sketch.barcode ?? null,
      type,
      isStorable: type === 'consu' && (sketch.stored ?? true),
      // Work is sold by the hour, everything else by the piece.
      unitId: sketch.byTheHour === true ? ODOO_UNITS.hour.id : ODOO_UNITS.piece.id,
      listPrice: String(sketch.price),
      companyId: sketch.companyId,
      active: sketch.active ?? true,
      createDate: stampOf(created, random.int(0, 999_999)),
      writeDate: stampOf(calendar.latest - random.int(0, 12 * 86_400) * 1000, random.int(0, 999_999)),
    };
    products.push(product);
    return product;
  };
  const service = (name: string, code: string | null): OdooProduct => add({ name, code, type: 'service', price: 0, companyId: null });
  const shared = {
    delivery: service('Despacho', 'DESPACHO'),
    discount: service('Descuento', 'DESCUENTO'),
    tip: service('Propina', 'PROPINA'),
    giftCard: service('Gift Card', null),
    unlisted: service('Producto web sin ficha', null),
  };
  const byVariant = new Map<number, OdooProduct>();
  for (const { title, status, isGiftCard, variants } of plan.shop.products) {
    if (isGiftCard) continue;
    for (const variant of variants) {
      const name = variant.title === 'Default Title' ? title : `${title} (${variant.title})`;
      const sketch = {
        name,
        code: variant.sku,
        barcode: variant.barcode,
        stored: variant.tracked,
        price: variant.price,
        companyId: plan.shopCompany,
      };
      byVariant.set(variant.id, add({ ...sketch, active: status === 'ACTIVE' }));
    }
  }
  const byCompany = new Map<number, OdooProduct[]>();
  for (const companyId of plan.companies) {
    const own: OdooProduct[] = [];
    for (let i = 0; i < plan.goods; i++) {
      const type = i % 9 === 4 ? 'service' : i % 17 === 8 ? 'combo' : 'consu';
      // Two products of one company carry the same code by mistake; every eleventh has none.
      const code = i % 11 === 7 ? null : `INT${companyId}-${String(i === 3 ? 2 : i).padStart(4, '0')}`;
      const name =
        type === 'service' ? `Servicio ${companyId}.${i}` : type === 'combo' ? `Pack ${companyId}.${i}` : `Insumo ${companyId}.${i}`;
      own.push(
        add({
          name,
          code,
          type,
          byTheHour: type === 'service',
          stored: i % 6 !== 5,
          price: random.int(1, 60) * 10_000,
          companyId,
          active: i !== 6,
        }),
      );
    }
    byCompany.set(
      companyId,
      own.filter((product) => product.active),
    );
  }
  return { products, byVariant, byCompany, shared };
}
