/** An amount of money or a quantity as a whole number of 10⁻¹² units: exact, and as fine as the contract's decimals. */
export type Amount = bigint;

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

/** Reads a plain decimal ("-12.77"). The caller has checked its form. */
export function parseAmount(decimal: string): Amount {
  const negative = decimal.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? decimal.slice(1) : decimal).split('.');
  const units = BigInt(whole) * ONE + BigInt(fraction.padEnd(PLACES, '0'));
  return negative ? -units : units;
}

/** Writes a decimal string without trailing zeros ("1990.0" comes back as "1990"). */
export function decimalText(amount: Amount): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % ONE).toString().padStart(PLACES, '0').replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${size / ONE}${fraction === '' ? '' : `.${fraction}`}`;
}

export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** Quantities are whole numbers at Shopify. */
export function times(amount: Amount, quantity: number): Amount {
  return amount * BigInt(quantity);
}

/** The part `of / whole` of an amount, rounded half up to the currency's decimals. `amount` is not negative. */
export function share(amount: Amount, of: number, whole: number, digits: number): Amount {
  if (of === whole || whole === 0) return amount;
  const unit = 10n ** BigInt(PLACES - digits);
  const denominator = BigInt(whole) * unit;
  return ((2n * amount * BigInt(of) + denominator) / (2n * denominator)) * unit;
}

/** Making a number format takes longer than mapping an order. */
const digitsOf = new Map<string, number>();

/** Decimals of a currency (CLP 0, USD 2); 2 for what the platform does not know, such as USDC. */
export function currencyDigits(currency: string): number {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    const known = /^[A-Z]{3}$/.test(currency);
    digits = known ? new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits : 2;
    digitsOf.set(currency, digits ?? 2);
  }
  return digits ?? 2;
}

/** True when the amount has more decimals than the currency knows, like half a peso. */
export function isFractional(amount: Amount, digits: number): boolean {
  return amount % 10n ** BigInt(PLACES - digits) !== 0n;
}
