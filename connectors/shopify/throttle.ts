import { z } from 'zod';

const costSchema = z.object({
  requestedQueryCost: z.number(),
  throttleStatus: z.object({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
});

/** What a query asked of the shop's cost bucket, and how full that is. Points; `restoreRate` is points per second. */
export interface QueryCost {
  readonly requested: number;
  readonly maximum: number;
  readonly available: number;
  readonly restoreRate: number;
}

/** Reads `extensions.cost`; null when the answer has none (proxies drop it). */
export function readCost(extensions: unknown): QueryCost | null {
  const parsed = z.object({ cost: costSchema }).safeParse(extensions);
  if (!parsed.success) return null;
  const { requestedQueryCost, throttleStatus } = parsed.data.cost;
  return {
    requested: requestedQueryCost,
    maximum: throttleStatus.maximumAvailable,
    available: throttleStatus.currentlyAvailable,
    restoreRate: throttleStatus.restoreRate,
  };
}

/**
 * Milliseconds until a throttled query fits the bucket. The whole requested cost must be there beforehand; what was not
 * needed is given back afterwards. Without numbers: one second, the documented habit.
 */
export function waitForBucket(cost: QueryCost | null): number {
  if (cost === null) return 1000;
  const missing = Math.max(0, cost.requested - cost.available);
  return Math.ceil((missing / cost.restoreRate) * 1000) + 50;
}

/** Waits, and rejects with the signal's reason as soon as that is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const aborted = () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
