import type { NumberedPage } from './read-pages.ts';

export interface BufferLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Pages are gathered to at least this much before a transaction: small transactions cost more than the rows in them. */
export const BUFFER_LIMITS: BufferLimits = { rows: 1000, bytes: 8 * 1024 * 1024, milliseconds: 2000 };

/**
 * A backfill's: each transaction makes the days anew that its orders and their refunds lie on, and the fewer transactions, the fewer times
 * (4,000 rows: half as many rows again in a second as with the limits above; 8,000: another tenth, and the rate falls less as a company grows).
 */
export const BACKFILL_BUFFER_LIMITS: BufferLimits = { rows: 8000, bytes: 16 * 1024 * 1024, milliseconds: 4000 };

/** Pages waiting to be written together. */
export class PageBuffer {
  readonly #limits: BufferLimits;
  readonly #now: () => number;
  #pages: NumberedPage[] = [];
  #rows = 0;
  #bytes = 0;
  #since = 0;

  constructor(limits: BufferLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get empty(): boolean {
    return this.#pages.length === 0;
  }

  /** @returns whether the buffer is due to be written */
  add(page: NumberedPage): boolean {
    if (this.empty) this.#since = this.#now();
    this.#pages.push(page);
    this.#rows += page.page.drafts.length;
    // An estimate is enough: the limit is there so that wide records do not gather without bound.
    for (const draft of page.page.drafts) this.#bytes += 400 + (draft.raw === undefined ? 0 : 600);
    return (
      this.#rows >= this.#limits.rows ||
      this.#bytes >= this.#limits.bytes ||
      this.#now() - this.#since >= this.#limits.milliseconds ||
      page.page.end ||
      page.page.snapshot !== undefined
    );
  }

  take(): NumberedPage[] {
    const pages = this.#pages;
    this.#pages = [];
    this.#rows = 0;
    this.#bytes = 0;
    return pages;
  }
}
