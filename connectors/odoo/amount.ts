/**
 * A decimal number as whole 10⁻¹² units: exact, as many places as the contract allows. Odoo's JSON floats are turned into it
 * at the door, by their shortest text, and no float is ever computed with.
 */
export type Amount = bigint;

const PLACES = 12;
const ONE = 10n ** BigInt(PLACES);

/** @throws RangeError for a number that is not finite (the raw schemas let none through) */
export function amountOf(value: number): Amount {
  if (Number.isSafeInteger(value)) return BigInt(value) * ONE;
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (parts === null) throw new RangeError('is not a finite number');
  const [, sign, whole = '0', fraction = '', exponent = '0'] = parts;
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + PLACES;
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : divide(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -units : units;
}

/** Half away from zero, as Odoo rounds money. */
export function roundTo(value: Amount, places: number): Amount {
  const step = 10n ** BigInt(Math.max(0, PLACES - places));
  return value % step === 0n ? value : divide(value, step) * step;
}

/** `value × by ÷ over`. */
export function scale(value: Amount, by: Amount, over: Amount): Amount {
  return divide(value * by, over);
}

export function times(a: Amount, b: Amount): Amount {
  return divide(a * b, ONE);
}

export function absolute(value: Amount): Amount {
  return value < 0n ? -value : value;
}

/** Plain decimal text without trailing zeros: `-1297060.89`, `64229`, `0`. */
export function textOf(value: Amount): string {
  if (value % ONE === 0n) return (value / ONE).toString();
  const digits = absolute(value)
    .toString()
    .padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * A float that Odoo computed itself (a rate is 1 ÷ another float) as text, without the noise of its last binary digits:
 * 950.2500000000001 becomes 950.25.
 */
export function significant(value: number, digits = 14): string {
  return textOf(amountOf(Number(value.toPrecision(digits))));
}

/** A quantity or unit price as text, rounded to eight places so that 19990.400000000001 becomes 19990.4. */
export function plain(value: number): string {
  return textOf(roundTo(amountOf(value), 8));
}

function divide(value: bigint, by: bigint): bigint {
  const magnitude = absolute(value);
  const divisor = absolute(by);
  const quotient = (magnitude * 2n + divisor) / (divisor * 2n);
  return value < 0n === by < 0n ? quotient : -quotient;
}
