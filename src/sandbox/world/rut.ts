import type { Random } from './random.ts';

/** Check digit of a Chilean RUT: modulo 11 with the weights 2..7 from the right; 11 is 0 and 10 is K. */
export function rutDigit(body: number): string {
  let sum = 0;
  let weight = 2;
  for (let rest = body; rest > 0; rest = Math.floor(rest / 10)) {
    sum += (rest % 10) * weight;
    weight = weight === 7 ? 2 : weight + 1;
  }
  const digit = 11 - (sum % 11);
  return digit === 11 ? '0' : digit === 10 ? 'K' : String(digit);
}

export function canonicalRut(body: number): string {
  return `${body}-${rutDigit(body)}`;
}

/** A company's RUT (companies have numbers from 50 million up). */
export function companyRut(random: Random): string {
  return canonicalRut(random.int(76_000_000, 77_999_999));
}

/** A person's RUT from a range the registry has not reached, so that it is nobody's. */
export function personRut(random: Random): string {
  return canonicalRut(random.int(40_000_000, 48_999_999));
}

/** What was typed, as the register writes it. */
export function canonicalTyped(typed: string): string {
  return typed
    .replace(/[^0-9kK]/g, '')
    .replace(/(.)$/, '-$1')
    .toUpperCase();
}

/** The ways people type it: with dots, without, without dash, with the country, with a lower-case k. */
export function typedRut(canonical: string, random: Random): string {
  const [body = '', digit = ''] = canonical.split('-');
  const dotted = body.replace(/\B(?=(\d{3})+$)/g, '.');
  return random.pick([
    `${dotted}-${digit}`,
    canonical,
    `${body}${digit}`,
    `${dotted}-${digit.toLowerCase()}`,
    ` ${canonical} `,
    `CL${body}${digit}`,
  ]);
}
