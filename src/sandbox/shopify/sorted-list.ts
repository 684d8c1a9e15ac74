import { matches, type StampField, type StampOf, type StampRange } from './search-query.ts';

/** What a list may be sorted by; `id` orders by number. */
export type SortField = StampField | 'id';

interface Keyed<T> {
  readonly item: T;
  readonly id: number;
  readonly key: string;
}

/**
 * The records of one kind in one order. The world changes records in place, so the order is made anew for each question from
 * the one before: putting an almost sorted list right costs one pass.
 */
export class SortedList<T extends { readonly id: number }> {
  readonly #items: () => readonly T[];
  readonly #stampOf: StampOf<T>;
  readonly #countShift: () => number;
  readonly #sorted = new Map<SortField, Keyed<T>[]>();
  readonly #still: boolean;
  #known: readonly T[] = [];

  /**
   * @param countShift by how much counts are wrong
   * @param still nothing changes as long as this list is: an order that was made once holds, however many records there are
   */
  constructor(items: () => readonly T[], stampOf: StampOf<T>, countShift: () => number = () => 0, still = false) {
    this.#items = items;
    this.#stampOf = stampOf;
    this.#countShift = countShift;
    this.#still = still;
  }

  /** At most `limit` matching records after a place, and whether there are more. */
  page(
    sort: SortField,
    ranges: readonly StampRange[],
    after: { readonly key: string; readonly id: number } | null,
    limit: number,
  ): { items: T[]; more: boolean } {
    const sorted = this.#inOrder(sort);
    const range = ranges.find(({ field }) => field === sort);
    const from = range?.from ?? null;
    const start = after === null ? (from === null ? 0 : firstBeyond(sorted, { key: from, id: -1 })) : firstBeyond(sorted, after);
    const items: T[] = [];
    for (let i = start; i < sorted.length; i++) {
      const { item, key } = sorted[i]!;
      if (range !== undefined && range.to !== null && key > range.to) break;
      if (!matches(item, this.#stampOf, ranges)) continue;
      if (items.length === limit) return { items, more: true };
      items.push(item);
    }
    return { items, more: false };
  }

  count(ranges: readonly StampRange[]): number {
    return this.#items().filter((item) => matches(item, this.#stampOf, ranges)).length + this.#countShift();
  }

  keyOf(sort: SortField, item: T): string {
    return sort === 'id' ? '' : this.#stampOf(item, sort);
  }

  #inOrder(sort: SortField): Keyed<T>[] {
    const made = this.#sorted.get(sort);
    if (this.#still && made !== undefined) return made;
    const items = this.#items();
    if (items.length !== this.#known.length || items.some((item, at) => item !== this.#known[at])) {
      this.#known = [...items];
      this.#sorted.clear();
    }
    const before = this.#sorted.get(sort)?.map(({ item }) => item) ?? items;
    const keyed = before.map((item) => ({ item, id: item.id, key: this.keyOf(sort, item) }));
    if (keyed.some((entry, at) => at > 0 && compare(keyed[at - 1]!, entry) > 0)) keyed.sort(compare);
    this.#sorted.set(sort, keyed);
    return keyed;
  }
}

interface Place {
  readonly key: string;
  readonly id: number;
}

function compare(a: Place, b: Place): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : a.id - b.id;
}

/** Index of the first entry beyond a place. */
function firstBeyond(sorted: readonly Place[], place: Place): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle]!, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
