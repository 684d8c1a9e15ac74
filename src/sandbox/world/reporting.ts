import { convert, decimal, type Decimal } from './decimal.ts';
import type { SalesDocument } from './document.ts';
import type { WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';

/** Amounts of a document in the tenant's currency, or null where no rate says how much that is. */
export interface Reported {
  readonly rate: Decimal | null;
  readonly rateDay: string | null;
  readonly amounts: {
    readonly total: Decimal;
    readonly untaxed: Decimal;
    readonly tax: Decimal;
    readonly products: Decimal;
    readonly shipping: Decimal;
    readonly discount: Decimal;
    readonly other: Decimal;
    readonly iva: Decimal;
    readonly exempt: Decimal;
    readonly ledger: Decimal | null;
  } | null;
}

/** A rate serves the day it is from and seven more. */
const OLDEST_RATE_DAYS = 7;

/** The tenant's companies in its Odoo, the main one first. */
export function companiesOf(tenant: WorldTenant): number[] {
  return tenant.odoo === null ? [] : [tenant.odoo.companyId, ...(tenant.odoo.sisterCompanyIds ?? [])];
}

/** Converts documents of one tenant by the rates of its own companies. */
export function reporting(tenant: WorldTenant, database: OdooDatabase | null): (document: SalesDocument, day: string) => Reported {
  const digits = tenant.currency === 'CLP' ? 0 : 2;
  const companies = companiesOf(tenant);
  const names = new Map(database?.currencies.map(({ id, name }) => [id, name === 'UF' ? 'CLF' : name]));
  const rates = new Map<string, Decimal>();
  for (const rate of database?.currencyRates ?? []) {
    if (companies.includes(rate.companyId)) rates.set(`${names.get(rate.currencyId)} ${rate.day}`, decimal(rate.inverseCompanyRate));
  }
  return (document, day) => {
    const { total, tax, products, shipping, discount, iva, exempt, ledger } = document;
    if (document.currency === tenant.currency) {
      const other = total - products - shipping;
      const amounts = { total, untaxed: total - tax, tax, products, shipping, discount, other, iva, exempt, ledger };
      return { rate: decimal('1'), rateDay: null, amounts };
    }
    for (let age = 0; age <= OLDEST_RATE_DAYS; age++) {
      const rateDay = dayBefore(day, age);
      const rate = rates.get(`${document.currency} ${rateDay}`);
      if (rate === undefined) continue;
      const of = (amount: Decimal): Decimal => convert(amount, rate, digits);
      const all = of(total);
      const untaxed = of(total - tax);
      const goods = of(products);
      const sent = of(shipping);
      const amounts = {
        total: all,
        untaxed,
        tax: all - untaxed,
        products: goods,
        shipping: sent,
        discount: of(discount),
        other: all - goods - sent,
        iva: of(iva),
        exempt: of(exempt),
        ledger: ledger === null ? null : of(ledger),
      };
      return { rate, rateDay, amounts };
    }
    return { rate: null, rateDay: null, amounts: null };
  };
}

function dayBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 86_400_000).toISOString().slice(0, 10);
}
