import { SourceError, type HttpAnswer, type HttpInit } from '#contract';
import { classifyNetwork } from './classify-network.ts';
import { classifyAnswer, looksLikeHtml, saysJson, type BodyShape, type Verdict } from './classify.ts';
import { readableJson } from './json-text.ts';
import { retryAfterMs, type RetryPolicy } from './retry.ts';
import { sendOnce, TransportError, type Attempt } from './transport.ts';

export interface Failed {
  readonly failure: Verdict;
  readonly bytes: number;
  readonly status: number | undefined;
  /** How long the source, or the connector, asks to wait. */
  readonly waitMs: number | undefined;
  /** Code and words of the transport, to be redacted. */
  readonly reason: string | undefined;
}

/** What an attempt came to: an answer to hand out, or a failure. */
export type Outcome = { readonly answer: HttpAnswer; readonly bytes: number } | Failed;

/** Sends once and judges: did an answer come, is it whole, what does the connector say of it, what does the common table say. */
export async function attemptOnce(attempt: Attempt, init: HttpInit, policy: RetryPolicy, now: () => Date): Promise<Outcome> {
  let sent: { answer: HttpAnswer; bytes: number };
  try {
    sent = await sendOnce(attempt);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const reason = `${error.code}: ${error.message}`;
    return { failure: classifyNetwork(error.code), bytes: error.bytes, status: undefined, waitMs: undefined, reason };
  }
  const { bytes } = sent;
  const { answer, shape } = inspect(sent.answer);
  // JSON that cannot be read is never shown to the connector: its parser would take a cut answer for a bug.
  const told = shape === 'broken-json' ? null : ask(init, answer, shape);
  if (told === 'ok') return { answer, bytes };
  const failure = told === null ? classifyAnswer(answer, shape) : asVerdict(told);
  if (failure === null) return { answer, bytes };
  const waitMs = told?.retryAfterMs ?? retryAfterMs(answer, now()) ?? (answer.status === 429 ? policy.rateLimitDelayMs : undefined);
  return { failure, bytes, status: answer.status, waitMs: failure.kind === 'transient' ? waitMs : undefined, reason: undefined };
}

function inspect(answer: HttpAnswer): { answer: HttpAnswer; shape: BodyShape } {
  if (looksLikeHtml(answer)) return { answer, shape: 'html' };
  if (answer.status < 200 || answer.status > 299 || answer.status === 204 || !saysJson(answer)) return { answer, shape: 'other' };
  const body = readableJson(answer.body);
  return body === null ? { answer, shape: 'broken-json' } : { answer: { ...answer, body }, shape: 'other' };
}

/** The connector's own reading. It expects JSON: one that trips over a web page leaves the answer to the table. */
function ask(init: HttpInit, answer: HttpAnswer, shape: BodyShape): SourceError | 'ok' | null {
  try {
    return init.classify?.(answer) ?? null;
  } catch (error) {
    if (error instanceof SourceError) return error;
    if (shape === 'html') return null;
    // The error itself is left out: a parser repeats the text it tripped over, and that may be a customer's.
    return new SourceError({
      kind: 'bug',
      code: 'unreadable_answer',
      message: `the connector could not read the answer (${error instanceof Error ? error.name : 'unknown error'} in classify)`,
      advice: 'Report this with the version of the source that "kpi check" shows.',
    });
  }
}

function asVerdict(told: SourceError): Verdict {
  const tries = told.kind !== 'transient' ? 1 : told.code === 'rate_limited' ? 8 : 5;
  return { kind: told.kind, code: told.code, tries, happened: told.message, advice: told.advice };
}
