import { SourceError, type Http, type Log } from '#contract';
import type { Database } from '../store/database.ts';
import { signedHeaders } from './sign.ts';
import { sqlFile } from './sql-file.ts';
import type { AlertTarget } from './targets.ts';

/** What sending needs, handed in by the composition root. */
export interface DeliveryDeps {
  readonly db: Database;
  readonly log: Log;
  /** The tenant's target; null: none is set. @throws when its secret cannot be read; the message names no value */
  targetOf(tenantId: string): Promise<AlertTarget | null>;
  /** HTTP to the target: one attempt, with a deadline well under `CLAIM_SECONDS`. Repeats are the outbox's. */
  httpTo(target: AlertTarget, signal: AbortSignal): Http;
  now(): Date;
  random(): number;
}

interface Claimed {
  readonly id: string;
  readonly kind: string;
  readonly event: string;
  readonly body: string;
  readonly attempts: number;
}

export interface Delivered {
  readonly sent: number;
  readonly failed: number;
  readonly dead: number;
}

/** After so many attempts (about six hours) a message waits for a person. */
export const MOST_ATTEMPTS = 12;
/** How long a message is one worker's; a crashed worker's message is taken again after it. */
export const CLAIM_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3600;
const NO_TARGET_PAUSE_SECONDS = 300;
const NO_TARGET_PATIENCE_SECONDS = 86_400;

const CLAIM = sqlFile('claim-delivery');
const SETTLE = sqlFile('settle-delivery');
const REST = sqlFile('rest-deliveries');

/**
 * Sends what a tenant's outbox has to send now, one message after the other. A message leaves at least once and carries the same key and
 * the same bytes each time: after a crash between answer and commit the receiver sees it twice and knows it by its key.
 */
export async function deliverAlerts(deps: DeliveryDeps, tenantId: string, signal: AbortSignal): Promise<Delivered> {
  const done = { sent: 0, failed: 0, dead: 0 };
  let target: AlertTarget | null;
  let problem = 'no webhook is set: set ALERTS_WEBHOOK_URL and ALERTS_WEBHOOK_SECRET, or kpi alerts target set';
  try {
    target = await deps.targetOf(tenantId);
  } catch (error) {
    target = null;
    problem = error instanceof Error ? error.message : 'the target cannot be read';
  }
  if (target === null) {
    await deps.db.query(REST, [tenantId, problem, NO_TARGET_PAUSE_SECONDS, NO_TARGET_PATIENCE_SECONDS]);
    return done;
  }
  while (!signal.aborted) {
    const claimed = (await deps.db.query<Claimed & Record<string, unknown>>(CLAIM, [tenantId, CLAIM_SECONDS])).rows[0];
    if (claimed === undefined) break;
    const failure = await send(deps, target, claimed, signal);
    if (failure === null) {
      await settle(deps.db, tenantId, claimed, 'sent', null, 0);
      done.sent += 1;
      continue;
    }
    if (signal.aborted) {
      // Our own end is no fault of the receiver; the next worker goes on at once.
      await settle(deps.db, tenantId, claimed, 'waiting', failure, 0);
      break;
    }
    const last = failure.kind !== 'transient' || claimed.attempts >= MOST_ATTEMPTS || claimed.event === 'test';
    const asked = failure.retryAfterMs === undefined ? 0 : failure.retryAfterMs / 1000;
    const pause = Math.max(asked, backoffSeconds(claimed.attempts, deps.random));
    await settle(deps.db, tenantId, claimed, last ? 'dead' : 'waiting', failure, pause);
    done.failed += 1;
    if (last) done.dead += 1;
    const told = { tenant_id: tenantId, delivery_id: claimed.id, alert_kind: claimed.kind, attempts: claimed.attempts, code: failure.code };
    deps.log.warn(
      told,
      last ? 'an alert could not be delivered and waits for a person' : 'an alert could not be delivered and will be repeated',
    );
  }
  return done;
}

/** Exponential, with half of it left to chance; at most an hour. */
export function backoffSeconds(attempts: number, random: () => number): number {
  const full = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempts - 1));
  return full / 2 + (random() * full) / 2;
}

async function send(
  deps: DeliveryDeps,
  target: AlertTarget,
  { id, event, body }: Claimed,
  signal: AbortSignal,
): Promise<SourceError | null> {
  const url = event === 'report' ? target.reportsUrl : target.url;
  if (url === undefined || url === null) return nowhereForReports();
  try {
    await deps.httpTo({ url, secret: target.secret }, signal)(url, {
      method: 'POST',
      headers: signedHeaders(target.secret, body, id, deps.now()),
      body,
      repeatable: false,
      classify: ({ status }) => (status >= 200 && status < 300 ? 'ok' : status === 404 ? notListening() : null),
    });
    return null;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    // Accepted; only the words of the answer were cut short.
    return error.code === 'truncated' && error.status !== undefined && error.status < 300 ? null : error;
  }
}

function nowhereForReports(): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'no_reports_webhook',
    message: 'no webhook for reports is set',
    advice: "Set REPORTS_WEBHOOK_URL, or reports_url in the company's target; then: kpi alerts retry",
  });
}

/** n8n answers so while it starts, and while the workflow is not active. */
function notListening(): SourceError {
  return new SourceError({
    kind: 'transient',
    code: 'not_listening',
    message: 'the webhook does not exist (status 404)',
    advice: 'Activate the workflow in n8n; the message is repeated by itself.',
    status: 404,
  });
}

async function settle(
  db: Database,
  tenantId: string,
  { id, attempts }: Claimed,
  state: 'sent' | 'waiting' | 'dead',
  failure: SourceError | null,
  pauseSeconds: number,
): Promise<void> {
  const error = failure === null ? null : `${failure.message}. ${failure.advice}`;
  await db.query(SETTLE, [tenantId, id, attempts, state, failure?.status ?? null, error, pauseSeconds]);
}
