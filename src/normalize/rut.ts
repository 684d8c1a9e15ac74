/** A Chilean tax number, read from whatever a person typed. */
export interface Rut {
  /** `76042235-5`: no dots, no leading zeros, dash, upper-case K. The way it is stored and compared. */
  readonly canonical: string;
  /** The number before the dash. */
  readonly number: number;
  /** The digit as typed: `0`–`9` or `K`. */
  readonly digit: string;
  /** The digit that belongs to the number. */
  readonly rightDigit: string;
  readonly valid: boolean;
  /** Companies have numbers from 50,000,000 up; below are people. */
  readonly isCompany: boolean;
  /** A number that many share (final consumer, foreigner): it identifies nobody. */
  readonly isGeneric: boolean;
}

const GENERIC: ReadonlySet<string> = new Set(['66666666-6', '55555555-5']);
const FIRST_COMPANY = 50_000_000;

/**
 * Reads a RUT in any usual spelling: dots, spaces, any dash or none, prefix CL, lower-case k, leading zeros. Null when the text is
 * none at all. A wrong check digit is not refused: real records carry them, and `valid` says so.
 */
export function parseRut(text: string): Rut | null {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[\s.,'’]/gu, '')
    .replaceAll(/[\p{Dash_Punctuation}−]/gu, '-')
    .toUpperCase();
  const [, body, digit] = /^(?:CL-?)?0*([1-9]\d{0,7})-?([\dK])$/.exec(plain) ?? [];
  if (body === undefined || digit === undefined) return null;
  const canonical = `${body}-${digit}`;
  const rightDigit = checkDigit(Number(body));
  return {
    canonical,
    number: Number(body),
    digit,
    rightDigit,
    valid: digit === rightDigit,
    isCompany: Number(body) >= FIRST_COMPANY,
    isGeneric: GENERIC.has(canonical),
  };
}

/** Check digit by modulo 11: weights 2 to 7, again and again, from the right; 11 is written 0, and 10 is written K. */
export function checkDigit(number: number): string {
  const sum = Array.from(String(number))
    .toReversed()
    .reduce((total, digit, at) => total + Number(digit) * (2 + (at % 6)), 0);
  const rest = 11 - (sum % 11);
  return rest === 11 ? '0' : rest === 10 ? 'K' : String(rest);
}

/** As people write it: `76.042.235-5`. */
export function formatRut(rut: Rut): string {
  return `${String(rut.number).replaceAll(/\B(?=(?:\d{3})+$)/g, '.')}-${rut.digit}`;
}

/**
 * As readers may see it: a company's in full, of a person only the last three digits (`*****678-5`). The stars do not count the
 * hidden digits. It is a display, not a protection: people are told apart by the identity key.
 */
export function maskRut(rut: Rut): string {
  if (rut.isCompany || rut.isGeneric) return rut.canonical;
  return `*****${String(rut.number).padStart(3, '0').slice(-3)}-${rut.digit}`;
}
