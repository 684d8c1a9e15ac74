import type { Random } from './random.ts';

/** Ids as a big platform hands them out: rising, with gaps, always the same for a seed. */
export class IdSequence {
  #last: number;
  readonly #random: Random;
  readonly #gap: number;

  constructor(random: Random, start: number, gap: number) {
    this.#random = random;
    this.#last = start + random.int(0, 1_000_000);
    this.#gap = gap;
  }

  next(): number {
    this.#last += this.#random.int(1, this.#gap);
    return this.#last;
  }
}
