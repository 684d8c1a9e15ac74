/** One attempt, as `createHttp` reports it when it has ended. Holds no secret and no query string. */
export interface RequestEvent {
  /** Method, host and path template. */
  readonly place: string;
  /** 1 for the first attempt of a request. */
  readonly attempt: number;
  readonly status: number | null;
  /** Code of the failure, null when the answer was accepted. */
  readonly failure: string | null;
  /** Bytes of the body after decompression. */
  readonly bytes: number;
  /** Milliseconds from sending to the end of the body. */
  readonly tookMs: number;
  /** Milliseconds spent waiting before this attempt: the budget's word, a `Retry-After`, the pause between tries. */
  readonly waitedMs: number;
}

export interface HttpStats {
  readonly requests: number;
  readonly retries: number;
  readonly throttledMs: number;
  readonly bytes: number;
}

/** Counters of one run: hand `record` to `createHttp` as `onRequest`, read `stats()` at any time. */
export function createHttpStats(): { record: (event: RequestEvent) => void; stats: () => HttpStats } {
  let requests = 0;
  let retries = 0;
  let throttledMs = 0;
  let bytes = 0;
  return {
    record(event) {
      requests += 1;
      if (event.attempt > 1) retries += 1;
      throttledMs += event.waitedMs;
      bytes += event.bytes;
    },
    stats: () => ({ requests, retries, throttledMs: Math.round(throttledMs), bytes }),
  };
}
