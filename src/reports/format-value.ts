import type { Format } from '../dashboards/dashboard.ts';

/** A value as Postgres writes it; an instant as a Date. */
export type Value = string | Date | null;

/** What a number or a time is written in. */
export interface Locale {
  /** ISO code of the tenant's currency, or of the platform's. */
  readonly currency: string;
  readonly currencyDecimals: number;
  /** IANA name, of instants. */
  readonly timeZone: string;
}

/** An empty number is not a zero (MEANING 15). */
export const NO_DATA = 'sin dato';

const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat('es-CL', { useGrouping: 'always', ...options });
const INTEGER = number({ maximumFractionDigits: 0 });
const DECIMAL = number({ maximumFractionDigits: 2 });
const PERCENT = number({ style: 'percent', maximumFractionDigits: 1 });
const DECIMAL_TEXT = /^-?\d+(\.\d+)?$/;

/**
 * A card's value for people in Chile. Numbers are rounded from their decimal text, exactly: no amount passes through a float.
 * @param places decimals that a plain decimal or a share is written with, so that a column stands comma under comma; without it as many as it has
 */
export function formatValue(value: Value, format: Format, locale: Locale, places?: number): string {
  if (value === null) return NO_DATA;
  if (value instanceof Date) return localInstant(value, locale.timeZone);
  if (format === 'date') return localDay(value);
  if (format === 'text' || format === 'instant' || !DECIMAL_TEXT.test(value)) return value;
  if (places !== undefined && (format === 'decimal' || format === 'percent')) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    return number({ style: format, ...digits }).format(value as `${number}`);
  }
  return IN_FORMAT[format](value as `${number}`, locale);
}

/** Decimals that a column of plain decimals or shares needs: as many as the value with most of them is written with. */
export function placesOf(values: readonly Value[], format: Format): number {
  const writer = format === 'percent' ? PERCENT : DECIMAL;
  const written = values.map((value) => (typeof value === 'string' && DECIMAL_TEXT.test(value) ? writer.format(value as `${number}`) : ''));
  return Math.max(0, ...written.map((text) => /,(\d+)/.exec(text)?.[1]?.length ?? 0));
}

const IN_FORMAT: Readonly<Record<Exclude<Format, 'text' | 'date' | 'instant'>, (decimal: `${number}`, locale: Locale) => string>> = {
  integer: (decimal) => INTEGER.format(decimal),
  decimal: (decimal) => DECIMAL.format(decimal),
  percent: (decimal) => PERCENT.format(decimal),
  money: (decimal, { currency, currencyDecimals }) =>
    number({
      style: 'currency',
      currency,
      minimumFractionDigits: currencyDecimals,
      maximumFractionDigits: currencyDecimals,
    }).format(decimal),
  duration: (decimal) => spanOf(Math.round(Number(decimal))),
};

/** `2026-11-30` → `30-11-2026`; what is no day (infinity) stays. */
export function localDay(day: string): string {
  return day.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3-$2-$1');
}

/** `30-11-2026 18:05` in a zone. */
export function localInstant(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
  return `${localDay(parts.slice(0, 10))}${parts.slice(10)}`;
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** Seconds in their two largest units: `2 h 5 min`, `45 s`. */
function spanOf(seconds: number): string {
  const left = Math.abs(seconds);
  const first = UNITS.findIndex(([size]) => left >= size);
  if (first === -1) return '0 s';
  const [size, name] = UNITS[first]!;
  const [next, nextName] = UNITS[first + 1] ?? [1, ''];
  const whole = `${seconds < 0 ? '-' : ''}${INTEGER.format(Math.floor(left / size))} ${name}`;
  const rest = Math.floor((left % size) / next);
  return nextName === '' || rest === 0 ? whole : `${whole} ${rest} ${nextName}`;
}

/** A number on an axis: short, as it only marks a line. */
export function formatTick(value: number, format: Format, locale: Locale): string {
  if (format === 'duration') return spanOf(Math.round(value));
  if (format === 'percent') return PERCENT.format(value);
  const compact: Intl.NumberFormatOptions = { notation: Math.abs(value) < 10_000 ? 'standard' : 'compact', maximumFractionDigits: 1 };
  const money: Intl.NumberFormatOptions =
    format === 'money' ? { style: 'currency', currency: locale.currency, minimumFractionDigits: 0 } : {};
  return number({ ...compact, ...money }).format(value);
}
