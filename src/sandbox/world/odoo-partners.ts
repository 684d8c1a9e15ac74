import type { Calendar } from './calendar.ts';
import { stampOf } from './instants.ts';
import type { OdooPartner } from './odoo-model.ts';
import type { ShopCustomer } from './shop-model.ts';
import { business, person, type Party } from './people.ts';
import type { Random } from './random.ts';
import { canonicalTyped, typedRut } from './rut.ts';

export interface OdooCompanySketch {
  readonly id: number;
  readonly name: string;
  readonly rut: string;
}

export interface OdooPartners {
  readonly all: OdooPartner[];
  /** Own partner of each company, by company id. */
  readonly ofCompany: ReadonlyMap<number, OdooPartner>;
  /** A branch (child contact) of each company, by company id. */
  readonly branchOf: ReadonlyMap<number, OdooPartner>;
  /** Customers a company sells to by itself, by company id; contacts below a business among them. */
  readonly customersOf: ReadonlyMap<number, readonly OdooPartner[]>;
  /** The one partner most web orders are booked on. */
  readonly webCustomer: OdooPartner;
  /** Own partner of some shoppers, by the shop's customer id. */
  readonly byShopper: ReadonlyMap<number, OdooPartner>;
  readonly consignor: OdooPartner;
}

/** Everybody the database knows: companies and branches, business customers with contacts, shoppers, "Cliente Web". */
export function odooPartners(plan: {
  readonly companies: readonly OdooCompanySketch[];
  readonly shopCompany: number;
  readonly shoppers: readonly ShopCustomer[];
  /** Own customers per company. */
  readonly customers: number;
  readonly calendar: Calendar;
  readonly random: Random;
}): OdooPartners {
  const { calendar, random } = plan;
  const all: OdooPartner[] = [];
  const add = (party: Party, companyId: number | null, parent?: OdooPartner, active = true): OdooPartner => {
    const id = all.length + 1;
    const partner: OdooPartner = {
      id,
      name: party.name,
      email: party.email,
      phone: party.phone,
      vat: party.rut,
      isCompany: party.company,
      city: party.city,
      stateName: party.region,
      commercialPartnerId: parent?.id ?? id,
      companyId,
      active,
      createDate: stampOf(calendar.anchor - random.int(125, 500) * 86_400_000, random.int(0, 999_999)),
      writeDate: stampOf(calendar.latest - random.int(0, 30 * 86_400) * 1000, random.int(0, 999_999)),
    };
    all.push(partner);
    return partner;
  };
  const office = { email: null, phone: null, city: 'Santiago', region: 'Región Metropolitana' } as const;
  const ofCompany = new Map(plan.companies.map(({ id, name, rut }) => [id, add({ ...office, name, rut, company: true }, null)]));
  const branchOf = new Map(
    plan.companies.map(({ id, name, rut }) => [
      id,
      add({ ...office, name: `${name}, sucursal`, rut, company: false }, null, ofCompany.get(id)),
    ]),
  );
  const webCustomer = add({ ...office, name: 'Cliente Web', rut: '66.666.666-6', company: false }, plan.shopCompany);
  const consignor = add(business(9001, random), null);
  const customersOf = new Map<number, OdooPartner[]>();
  for (const { id } of plan.companies) {
    const own: OdooPartner[] = [];
    for (let i = 0; i < plan.customers; i++) {
      const party = random.chance(0.7) ? business(id * 1_000_000 + i, random) : person('CL', id * 1_000_000 + i, random);
      const partner = add(party, id, undefined, i !== 4);
      if (i !== 4) own.push(partner);
      if (party.company && random.chance(0.3)) own.push(add({ ...person('CL', id * 2_000_000 + i, random), rut: party.rut }, id, partner));
    }
    customersOf.set(id, own);
  }
  const byShopper = new Map<number, OdooPartner>();
  for (const [index, shopper] of plan.shoppers.entries()) {
    const party = person('CL', 9_000_000 + index, random);
    const known = random.chance(0.35);
    const rut = shopper.rut === null ? null : typedRut(canonicalTyped(shopper.rut), random);
    if (known)
      byShopper.set(shopper.id, add({ ...party, email: shopper.email, phone: shopper.phone, rut, company: false }, plan.shopCompany));
  }
  return { all, ofCompany, branchOf, customersOf, webCustomer, byShopper, consignor };
}
