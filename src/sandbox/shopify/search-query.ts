import { adminError } from './admin-error.ts';

/** Fields a filter may name. */
export type StampField = 'updated_at' | 'created_at' | 'processed_at' | 'issued_at';
/** How a record states such a field on the wire (UTC, whole seconds). */
export type StampOf<T> = (item: T, field: StampField) => string;

export interface StampRange {
  readonly field: StampField;
  readonly from: string | null;
  readonly to: string | null;
}

const TERM = /^(\w+):(>=|<=|>|<)'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'$/;

/**
 * Reads a search text. Stricter than Shopify, which ignores what it does not understand and then returns everything: only
 * quoted UTC stamps, known fields and AND. `>` and `<` include their bound, as they do in the real search.
 */
export function parseSearch(query: string | null | undefined, fields: readonly StampField[]): StampRange[] {
  if (query === null || query === undefined || query.trim() === '') return [];
  const ranges = new Map<StampField, { from: string | null; to: string | null }>();
  for (const term of query.trim().split(/\s+AND\s+|\s+/)) {
    const [, name, operator, value] = TERM.exec(term) ?? [];
    const field = fields.find((known) => known === name);
    if (field === undefined || operator === undefined || value === undefined) {
      throw adminError(
        'INVALID_SEARCH',
        `Invalid search term: ${term}. Write field:>='YYYY-MM-DDTHH:MM:SSZ' with one of ${fields.join(', ')}.`,
      );
    }
    const range = ranges.get(field) ?? { from: null, to: null };
    const next = operator.startsWith('>') ? { ...range, from: later(range.from, value) } : { ...range, to: earlier(range.to, value) };
    ranges.set(field, next);
  }
  return [...ranges].map(([field, range]) => ({ field, ...range }));
}

export function matches<T>(item: T, stampOf: StampOf<T>, ranges: readonly StampRange[]): boolean {
  return ranges.every(({ field, from, to }) => {
    const value = stampOf(item, field);
    return (from === null || value >= from) && (to === null || value <= to);
  });
}

function later(known: string | null, value: string): string {
  return known === null || value > known ? value : known;
}

function earlier(known: string | null, value: string): string {
  return known === null || value < known ? value : known;
}
