/**
 * Finds records by their number without looking through all of them. The world adds and removes records in place, so a place that was
 * noted before is looked at and not trusted.
 */
export class ById<T extends { readonly id: number }> {
  readonly #places = new Map<number, number>();

  /** The record of this number among `items`, which are asked for again each time. */
  find(items: readonly T[], id: number): T | undefined {
    const noted = items[this.#places.get(id) ?? -1];
    if (noted?.id === id) return noted;
    this.#places.clear();
    for (const [place, item] of items.entries()) this.#places.set(item.id, place);
    return items[this.#places.get(id) ?? -1];
  }
}
