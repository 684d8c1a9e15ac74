export type IdRange = readonly [first: number, last: number];

/**
 * The conversation ids a walk has met, as ranges. Display ids count up within an account, so even a large account is a
 * few ranges (one more per deleted conversation) and the set can travel in the cursor.
 */
export class SeenIds {
  readonly #ranges: [number, number][];
  #size: number;

  constructor(ranges: readonly IdRange[] = []) {
    this.#ranges = ranges.map(([first, last]) => [first, last]);
    this.#size = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  get size(): number {
    return this.#size;
  }

  get ranges(): readonly IdRange[] {
    return this.#ranges.map(([first, last]) => [first, last]);
  }

  has(id: number): boolean {
    const range = this.#ranges[this.#indexAtOrBefore(id)];
    return range !== undefined && id <= range[1];
  }

  add(id: number): void {
    if (this.has(id)) return;
    this.#size += 1;
    const at = this.#indexAtOrBefore(id);
    const before = this.#ranges[at];
    const after = this.#ranges[at + 1];
    const joinsBefore = before !== undefined && before[1] + 1 === id;
    const joinsAfter = after !== undefined && after[0] - 1 === id;
    if (joinsBefore && joinsAfter) {
      before[1] = after[1];
      this.#ranges.splice(at + 1, 1);
    } else if (joinsBefore) before[1] = id;
    else if (joinsAfter) after[0] = id;
    else this.#ranges.splice(at + 1, 0, [id, id]);
  }

  /** Index of the last range that begins at or before the id; -1 when none does. */
  #indexAtOrBefore(id: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ranges[middle]![0] <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
