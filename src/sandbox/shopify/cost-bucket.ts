/** How a shop's bucket is sized, in points and points per second. Shopify's standard plan: 2,000 and 100. */
export interface CostLimits {
  readonly bucket: number;
  readonly restore: number;
}

export const STANDARD_LIMITS: CostLimits = { bucket: 2000, restore: 100 };

export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/**
 * The leaky bucket of one app in one shop. What a query may cost must be there beforehand; what it did not use is not taken.
 * Runs in real time, as the client's waiting does: the world's clock may stand still.
 */
export class CostBucket {
  readonly #limits: CostLimits;
  #available: number;
  #at = performance.now();

  constructor(limits: CostLimits) {
    this.#limits = limits;
    this.#available = limits.bucket;
  }

  /** False when the query has to wait. */
  fits(requested: number): boolean {
    this.#refill();
    return requested <= this.#available;
  }

  take(actual: number): void {
    this.#refill();
    this.#available = Math.max(0, this.#available - actual);
  }

  status(): ThrottleStatus {
    this.#refill();
    return { maximumAvailable: this.#limits.bucket, currentlyAvailable: Math.floor(this.#available), restoreRate: this.#limits.restore };
  }

  #refill(): void {
    const now = performance.now();
    this.#available = Math.min(this.#limits.bucket, this.#available + ((now - this.#at) / 1000) * this.#limits.restore);
    this.#at = now;
  }
}
