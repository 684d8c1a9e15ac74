import { SourceError, type ErrorCode, type HttpAnswer } from '#contract';

const UNDERSCORES =
  'If the token is right, a proxy may drop headers whose names hold underscores (nginx does so by default): set "underscores_in_headers on" in front of Chatwoot';

/**
 * Chatwoot's own ways of saying no, where they mean more than their status. It has no 403: a missing right is a 401 that only
 * its text tells from a wrong token. Null leaves the answer to the common table. Messages name no request: `outbound` does.
 */
export function refusalOf(answer: HttpAnswer): SourceError | null {
  if (answer.status === 401) return unauthorized(answer.body);
  // A proxy in front may state the wait; Chatwoot itself never does.
  if (answer.status === 429 && answer.headers['retry-after'] === undefined) {
    return new SourceError({
      kind: 'transient',
      code: 'rate_limited',
      status: 429,
      message: "Chatwoot's limit of requests per minute is used up",
      advice: 'Nothing to do: the reading goes on when the minute is over. The limit counts per IP address, over all tenants of one worker',
      retryAfterMs: untilNextMinute(answer.headers['date']),
    });
  }
  if (answer.status === 404) {
    return new SourceError({
      kind: 'config',
      code: 'not_found',
      status: 404,
      message: 'Chatwoot does not know this address or account',
      advice: 'Check base_url (without /app) and account_id (the number behind /app/accounts/ in the browser)',
    });
  }
  return null;
}

function unauthorized(body: string): SourceError {
  const config = (code: ErrorCode, message: string, advice: string) =>
    new SourceError({ kind: 'config', code, status: 401, message, advice });
  if (body.includes('not authorized to access this account')) {
    return config(
      'wrong_account',
      'the token does not belong to this account',
      'Check account_id, or use a token of an administrator of it',
    );
  }
  if (body.includes('not authorized')) {
    return config('forbidden', 'the token lacks the right to read this', "Use an administrator's token: agents may not read it");
  }
  if (body.includes('suspended')) {
    return config(
      'account_suspended',
      'the account is suspended',
      'Have it activated by whoever runs this Chatwoot, or pause the connection',
    );
  }
  if (body.includes('Invalid Access Token')) {
    return config(
      'unauthorized',
      'Chatwoot refused the token',
      `Copy the access token from an administrator's profile settings into api_access_token. ${UNDERSCORES}`,
    );
  }
  return config('unauthorized', 'Chatwoot saw no valid token', `Set api_access_token. ${UNDERSCORES}`);
}

/** Chatwoot's windows are aligned to the clock and its 429 carries no Retry-After, so the wait ends with the server's minute. */
function untilNextMinute(date: string | undefined): number {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? 60_000 : 60_000 - (at % 60_000) + 500;
}
