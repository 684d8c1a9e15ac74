import type { Calendar } from './calendar.ts';
import { stampOf } from './instants.ts';
import type { OdooRate } from './odoo-model.ts';
import { ODOO_CURRENCIES, type OdooCurrency } from './odoo-book.ts';
import type { Random } from './random.ts';

const DAYS = 135;

/**
 * Rates of each working day, oldest first; Saturdays and Sundays have none. The euro's stop 60 days before the anchor: later
 * sales in euros have no rate that is at most a week old.
 */
export function odooRates(companies: readonly number[], calendar: Calendar, random: Random): OdooRate[] {
  const rates: OdooRate[] = [];
  const table = (currency: OdooCurrency, companyId: number, hundredths: (ago: number) => number, last: number): void => {
    for (let ago = DAYS; ago >= last; ago--) {
      const value = hundredths(ago);
      const microseconds = random.int(0, 999_999);
      const weekday = calendar.weekday(ago);
      if (weekday === 0 || weekday === 6) continue;
      const made = Math.min(calendar.at(ago, 30), calendar.latest);
      rates.push({
        id: rates.length + 1,
        currencyId: ODOO_CURRENCIES[currency].id,
        companyId,
        day: calendar.day(ago),
        inverseCompanyRate: `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`,
        createDate: stampOf(made, microseconds),
        writeDate: stampOf(made, microseconds),
      });
    }
  };
  for (const companyId of companies) {
    // UF: up a little each day, as inflation has it. Foreign money goes up and down.
    table('UF', companyId, (ago) => 3_990_000 - ago * 613 - random.int(0, 40), 0);
    table('USD', companyId, () => 93_500 + random.int(0, 3500), 0);
    table('EUR', companyId, () => 101_500 + random.int(0, 3500), 60);
  }
  return rates;
}
