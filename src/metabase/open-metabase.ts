import { setTimeout as sleep } from 'node:timers/promises';
import type { Http, Log } from '#contract';
import type { Dashboard } from '../dashboards/dashboard.ts';
import { unlimitedBudget } from '../outbound/budget.ts';
import { createHttp } from '../outbound/http.ts';
import type { RetryPolicy } from '../outbound/retry.ts';
import type { Database } from '../store/database.ts';
import { metabaseClient } from './client.ts';
import type { Reach } from './connection-details.ts';
import type { MetabaseDeps } from './deps.ts';
import { PATIENCE } from './steps/fields.ts';

export interface OpenOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly db: Database;
  readonly dashboards: readonly Dashboard[];
  readonly reach: Reach;
  readonly log: Log;
}

/** Everything planning and applying need, from the addresses and secrets of the configuration. */
export function openMetabase({ url, apiKey, db, dashboards, reach, log }: OpenOptions): MetabaseDeps {
  const client = metabaseClient({ url, http: metabaseHttp({ url, log, secrets: [apiKey, reach.roleSecret] }), credentials: { apiKey } });
  return { db, client, dashboards, reach, patience: { ...PATIENCE, sleep: (ms) => sleep(ms) } };
}

export interface MetabaseHttpOptions {
  readonly url: string;
  readonly log: Log;
  readonly secrets: readonly string[];
  readonly policy?: Partial<RetryPolicy>;
}

/** HTTP to our own Metabase: it has no request budget, and answers of its metadata may be slow. */
export function metabaseHttp({ url, log, secrets, policy = {} }: MetabaseHttpOptions): Http {
  return createHttp({
    account: 'metabase',
    host: new URL(url).origin,
    lane: 'live',
    budget: unlimitedBudget,
    log,
    signal: new AbortController().signal,
    secrets,
    policy: { timeoutMs: 60_000, ...policy },
  });
}
