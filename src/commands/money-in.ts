import { chileanNumber } from '../normalize/chilean-number.ts';
import { withDecimals } from '../spreadsheet/sheet.ts';
import { CURRENCY_DECIMALS } from '../store/currencies.ts';

/** Writes amounts of a currency for a table: all with its decimals, so that they stand under each other; a dash where there is none. */
export function moneyIn(currency: string): (amount: string | null) => string {
  const decimals = CURRENCY_DECIMALS[currency] ?? 0;
  return (amount) => (amount === null ? '—' : chileanNumber(withDecimals(amount, decimals)));
}
