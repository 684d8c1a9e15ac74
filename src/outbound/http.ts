import { SourceError, type Http, type Log } from '#contract';
import type { BudgetLane, BudgetRequest, RequestBudget } from './budget.ts';
import type { RequestEvent } from './http-stats.ts';
import { attemptOnce, type Failed } from './judge.ts';
import { placeOf } from './place.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { backoffMs, defaultPolicy, sleep as pause, type RetryPolicy } from './retry.ts';

export interface HttpOptions {
  /** The connection's account key, for the budget and the log. */
  readonly account: string;
  /** The connector's `host`: origin that shared limits hold for. */
  readonly host: string;
  readonly lane: BudgetLane;
  readonly budget: RequestBudget;
  readonly log: Log;
  /** Ends the run: a request under way, a pause and a wait for the budget end at once. */
  readonly signal: AbortSignal;
  /** Values that must leave in no message, log line or cause. */
  readonly secrets: readonly string[];
  readonly policy?: Partial<RetryPolicy>;
  readonly now?: () => Date;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told after each attempt; `createHttpStats` counts them. */
  readonly onRequest?: (event: RequestEvent) => void;
}

const MAX_BYTES = 24 * 1024 * 1024;

/** The HTTP that a connector gets for one run of one connection. See `Http` for what it promises. */
export function createHttp(options: HttpOptions): Http {
  const { signal, log, account, host, lane, budget } = options;
  const policy = { ...defaultPolicy, ...options.policy };
  const now = options.now ?? (() => new Date());
  const sleep = options.sleep ?? pause;
  const redact = createRedactor(options.secrets);

  return async (address, init = {}) => {
    const { method = 'GET', body, timeoutMs = policy.timeoutMs, maxBytes = MAX_BYTES } = init;
    const url = parseAddress(address);
    const place = redact(placeOf(method, url));
    const headers = { accept: 'application/json', 'user-agent': 'kpi-sync', ...init.headers };
    const began = performance.now();
    let pausedMs = 0;
    for (let attempt = 1; ; attempt++) {
      const asked = performance.now();
      await takeTurn(budget, { host, account, lane, signal });
      if (signal.aborted) throw stopped(place);
      const sent = performance.now();
      const outcome = await attemptOnce({ url, method, headers, body, timeoutMs, maxBytes, signal }, init, policy, now);
      const failed = 'failure' in outcome ? outcome : null;
      options.onRequest?.({
        place,
        attempt,
        status: 'answer' in outcome ? outcome.answer.status : (outcome.status ?? null),
        failure: failed?.failure.code ?? null,
        bytes: outcome.bytes,
        tookMs: performance.now() - sent,
        waitedMs: pausedMs + sent - asked,
      });
      if ('answer' in outcome) return outcome.answer;
      if (signal.aborted) throw stopped(place);

      const { failure, status, waitMs } = outcome;
      pausedMs = waitMs ?? backoffMs(policy, attempt);
      const fits = pausedMs <= policy.maxWaitMs && performance.now() - began + pausedMs <= policy.maxTotalMs;
      // A request that may have had an effect is repeated only when the source says that it did nothing.
      const repeatable = init.repeatable !== false || failure.code === 'rate_limited';
      if (attempt >= failure.tries || !repeatable || !fits) throw worded(outcome, place, attempt, redact);
      log.warn(
        { account: redact(account), place, attempt, status, code: failure.code, wait_ms: Math.round(pausedMs) },
        'a request to the source failed and will be repeated',
      );
      await sleep(pausedMs, signal);
      if (signal.aborted) throw stopped(place);
    }
  };
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new SourceError({
    kind: 'config',
    code: 'bad_address',
    message: 'the address of the source is not an http or https address',
    advice: 'Correct the address of this connection with "kpi connect"; it begins with https://.',
  });
}

/** Waits for the budget, or until the run is asked to end: a budget that hangs must not hold up a shutdown. */
async function takeTurn(budget: RequestBudget, request: BudgetRequest & { readonly signal: AbortSignal }): Promise<void> {
  const { signal } = request;
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  const stop = () => ended.resolve();
  signal.addEventListener('abort', stop, { once: true });
  const turn = budget.take(request);
  // After an abort nobody waits for the turn any more; its failure then is no news.
  turn.catch(() => undefined);
  try {
    await Promise.race([turn, ended.promise]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function stopped(place: string): SourceError {
  return new SourceError({
    kind: 'transient',
    code: 'aborted',
    message: `${place}: stopped, because the run was asked to end`,
    advice: 'Nothing to do: the next run goes on from the last committed page.',
  });
}

function worded({ failure, status, waitMs, reason }: Failed, place: string, attempt: number, redact: Redactor): SourceError {
  const tried = attempt > 1 ? `, tried ${attempt} times` : '';
  return new SourceError({
    kind: attempt < failure.tries ? 'transient' : failure.kind,
    code: failure.code,
    message: redact(`${place}: ${failure.happened}${tried}`),
    advice: redact(failure.advice),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    ...(status === undefined ? {} : { status }),
    // Never the library's own error: it carries the headers that were sent.
    ...(reason === undefined ? {} : { cause: new Error(redact(reason)) }),
  });
}
