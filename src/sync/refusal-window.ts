const WINDOW = 200;
const TOLERATED = WINDOW * 0.05;

/** Over 5 % refused of the last 200 records means that the source or our mapping changed, not that records are bad. */
export class RefusalWindow {
  readonly #refused: boolean[] = [];
  #count = 0;

  /** @returns whether more than ten of the last 200 records were refused */
  add(refused: boolean): boolean {
    this.#refused.push(refused);
    if (refused) this.#count += 1;
    if (this.#refused.length > WINDOW && this.#refused.shift() === true) this.#count -= 1;
    return this.#count > TOLERATED;
  }
}
