/** What a chunk did, and how long it held the tenant's lock. */
export interface ChunkDone {
  /** Keys looked at. */
  readonly keys: number;
  /** Keys of them that differed and were put right. */
  readonly changed: number;
  /** Whether it ended early, because as many keys differed as it may put right. */
  readonly cut: boolean;
  readonly milliseconds: number;
}

/** A chunk holds the tenant's lock, and batches wait for it: it is aimed well below a second. */
const AIM_MS = 500;
const LARGEST = 20_000;

/**
 * How much the next chunk of a walk takes on. To look at a key costs little, to put one right costs many times that with all that follows
 * from it, and a walk over thousands of keys that are right may come upon thousands that are not: both have a size of their own, which
 * follows what the chunks before took.
 */
export class ChunkSize {
  readonly #least: number;
  #look: number;
  #change: number;

  /** @param first keys of the first chunk, @param least and never less: what follows has a cost of its own, which smaller chunks multiply */
  constructor({ first, least }: { readonly first: number; readonly least: number }) {
    this.#least = least;
    this.#look = first;
    this.#change = first;
  }

  /** Keys to look at. */
  get look(): number {
    return this.#look;
  }

  /** Keys to put right at most. */
  get change(): number {
    return this.#change;
  }

  /** Learns from a chunk. */
  after({ keys, changed, cut, milliseconds }: ChunkDone): void {
    const factor = Math.min(2, AIM_MS / milliseconds);
    const within = (size: number) => Math.round(Math.min(LARGEST, Math.max(this.#least, size)));
    if (cut || changed > keys / 2) {
      // Where nearly everything differs, to look far ahead is to look at the same again with every chunk.
      this.#change = within(changed * factor);
      this.#look = this.#change;
      return;
    }
    // Few of what was looked at: their number says nothing of how many would take how long.
    this.#look = within(this.#look * factor);
  }
}
