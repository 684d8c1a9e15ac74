import type { Calendar } from './calendar.ts';
import { stampOf } from './instants.ts';
import type { OdooLocation, OdooProduct, OdooQuant } from './odoo-model.ts';
import type { Random } from './random.ts';

/** Each company's warehouse and the places outside that stock moves to and from. */
export function odooLocations(companies: readonly number[], calendar: Calendar, random: Random): OdooLocation[] {
  const locations: OdooLocation[] = [];
  const add = (name: string, path: string, usage: OdooLocation['usage'], companyId: number | null, active = true): void => {
    locations.push({
      id: locations.length + 1,
      name,
      completeName: path,
      usage,
      companyId,
      active,
      createDate: stampOf(calendar.anchor - 500 * 86_400_000, random.int(0, 999_999)),
      writeDate: stampOf(calendar.latest - random.int(0, 6 * 86_400) * 1000, random.int(0, 999_999)),
    });
  };
  add('Vendors', 'Partners/Vendors', 'supplier', null);
  add('Customers', 'Partners/Customers', 'customer', null);
  for (const companyId of companies) {
    add(`WH${companyId}`, `WH${companyId}`, 'view', companyId);
    add('Stock', `WH${companyId}/Stock`, 'internal', companyId);
    add('Tienda', `WH${companyId}/Tienda`, 'internal', companyId);
    add('Bodega antigua', `WH${companyId}/Bodega antigua`, 'internal', companyId, false);
    add('Inventory adjustment', `Virtual Locations/Inventory adjustment ${companyId}`, 'inventory', companyId);
    add('Tránsito', `WH${companyId}/Tránsito`, 'transit', companyId);
  }
  return locations;
}

/**
 * Stock by product and place: reservations, oversold (negative) ones, lots (two rows for one product and place), goods of a
 * consignor, and products without any row at all because Odoo deletes rows that reach zero. Rows outside the company's own
 * places mirror what left.
 */
export function odooQuants(plan: {
  readonly products: readonly OdooProduct[];
  readonly locations: readonly OdooLocation[];
  readonly companies: readonly number[];
  readonly consignorId: number;
  readonly ownPartnerOf: (companyId: number) => number;
  readonly calendar: Calendar;
  readonly random: Random;
}): OdooQuant[] {
  const { calendar, random } = plan;
  const quants: OdooQuant[] = [];
  const place = (companyId: number, name: string): OdooLocation =>
    plan.locations.find((location) => location.companyId === companyId && location.name === name)!;
  const customers = plan.locations.find(({ usage }) => usage === 'customer')!;
  const add = (
    productId: number,
    locationId: number,
    companyId: number,
    quantity: number,
    reservedQuantity: number,
    ownerId: number | null,
  ): void => {
    quants.push({
      id: quants.length + 1,
      productId,
      locationId,
      companyId,
      ownerId,
      quantity,
      reservedQuantity,
      createDate: stampOf(calendar.anchor - random.int(10, 120) * 86_400_000, random.int(0, 999_999)),
      writeDate: stampOf(calendar.latest - random.int(0, 10 * 86_400) * 1000, random.int(0, 999_999)),
    });
  };
  for (const companyId of plan.companies) {
    const stock = place(companyId, 'Stock').id;
    const shop = place(companyId, 'Tienda').id;
    const stored = plan.products.filter((product) => product.companyId === companyId && product.isStorable);
    for (const [index, { id }] of stored.entries()) {
      if (index % 12 === 6) continue;
      const quantity = random.chance(0.15) ? random.int(1, 4) : random.int(5, 240);
      const weighed = index % 14 === 9 ? 0.25 : 0;
      add(
        id,
        stock,
        companyId,
        index % 21 === 4 ? -random.int(1, 8) : quantity + weighed,
        random.chance(0.3) ? random.int(1, Math.min(quantity, 5)) : 0,
        null,
      );
      if (index % 5 === 2) add(id, shop, companyId, random.int(1, 30), 0, null);
      if (index % 9 === 3) add(id, stock, companyId, random.int(1, 20), 0, null);
      if (index % 10 === 7) add(id, stock, companyId, random.int(1, 12), 0, plan.consignorId);
      if (index % 16 === 1) add(id, shop, companyId, random.int(1, 6), 0, plan.ownPartnerOf(companyId));
      if (index % 4 === 0) add(id, customers.id, companyId, random.int(1, 60), 0, null);
    }
  }
  return quants;
}
