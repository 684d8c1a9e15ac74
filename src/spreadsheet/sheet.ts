/**
 * A table to be written as CSV or XLSX. Its rows are read once, one at a time, so that it may be longer than memory.
 */
export interface Sheet {
  /** Shown on the tab and above the table; at most 31 characters, none of []:*?/\ (what XLSX allows). */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: Iterable<Row> | AsyncIterable<Row>;
}

export interface Column {
  readonly title: string;
  /** In characters; XLSX alone shows it. */
  readonly width: number;
}

export interface Row {
  readonly cells: readonly Cell[];
  /** A sum, or something that must not be overlooked. */
  readonly stress?: 'total' | 'warning';
}

/**
 * What a cell holds; null is empty. Amounts are decimal text and stay so as long as the format lets them: no amount is ever computed with.
 */
export type Cell =
  | null
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'count'; readonly count: number }
  /** `decimals`: how many the currency has. */
  | { readonly kind: 'money'; readonly amount: string; readonly decimals: number }
  /** A local day, `2026-11-30`. */
  | { readonly kind: 'day'; readonly day: string }
  /** A local minute, `2026-11-30 18:05`. */
  | { readonly kind: 'minute'; readonly minute: string }
  | { readonly kind: 'link'; readonly url: string };

/** What was written of a sheet. */
export interface WrittenSheet {
  readonly name: string;
  /** Without the headings. */
  readonly rows: number;
}

export const textCell = (text: string | null): Cell => (text === null || text === '' ? null : { kind: 'text', text });
export const countCell = (count: number | null): Cell => (count === null ? null : { kind: 'count', count });
export const dayCell = (day: string | null): Cell => (day === null ? null : { kind: 'day', day });
export const minuteCell = (minute: string | null): Cell => (minute === null ? null : { kind: 'minute', minute });
export const linkCell = (url: string | null): Cell => (url === null ? null : { kind: 'link', url });

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** @throws for what is no decimal number: a word among amounts would be added up as nothing */
export function moneyCell(amount: string | null, decimals: number): Cell {
  if (amount === null) return null;
  if (!DECIMAL.test(amount)) throw new Error(`"${amount}" is no decimal amount and cannot be written as money`);
  return { kind: 'money', amount, decimals };
}

/** An amount with at least the decimals of its currency: `1234.5` of two as `1234.50`. */
export function withDecimals(amount: string, decimals: number): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const padded = fraction.padEnd(decimals, '0');
  return padded === '' ? whole : `${whole}.${padded}`;
}
