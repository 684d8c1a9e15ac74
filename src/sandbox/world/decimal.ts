/** A decimal number as whole millionths: exact for everything the world states (amounts, quantities, rates). */
export type Decimal = bigint;

const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);

export function decimal(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) throw new Error(`"${text}" is not a decimal number with at most six places`);
  const [, sign, whole = '0', fraction = ''] = match;
  const size = BigInt(whole) * ONE + BigInt(fraction.padEnd(PLACES, '0'));
  return sign === '-' ? -size : size;
}

/** Whole minor units of a currency with so many digits. */
export function fromMinor(amount: number, digits: number): Decimal {
  return BigInt(amount) * 10n ** BigInt(PLACES - digits);
}

/** Canonical text: no trailing zeros, no minus before zero. */
export function decimalText(value: Decimal): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % ONE).toString().padStart(PLACES, '0').replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size / ONE}${fraction === '' ? '' : `.${fraction}`}`;
}

/** `amount × rate`, rounded half away from zero to so many digits. */
export function convert(amount: Decimal, rate: Decimal, digits: number): Decimal {
  return roundQuotient(amount * rate, ONE * 10n ** BigInt(PLACES - digits)) * 10n ** BigInt(PLACES - digits);
}

/** `amount × part ÷ whole`, rounded half away from zero to so many digits. */
export function portion(amount: Decimal, part: Decimal, whole: Decimal, digits: number): Decimal {
  const step = 10n ** BigInt(PLACES - digits);
  return roundQuotient(amount * part, whole * step) * step;
}

function roundQuotient(value: bigint, by: bigint): bigint {
  const size = value < 0n ? -value : value;
  const quotient = (2n * size + by) / (2n * by);
  return value < 0n ? -quotient : quotient;
}
