import type { ErrorKind, HttpAnswer, SourceErrorDetails } from '#contract';

/** What a failure means, before it is worded for one request. */
export interface Verdict {
  /** The kind thrown once the tries are used up. Given up earlier (no time left), a failure that is still tried is `transient`. */
  readonly kind: ErrorKind;
  readonly code: SourceErrorDetails['code'];
  /** Attempts in all, the first one included; 1 = never repeated. */
  readonly tries: number;
  /** What happened, to follow "<place>: ". */
  readonly happened: string;
  readonly advice: string;
}

/** How the body of an answer looks: an HTML page where data was asked for, JSON that cannot be read, or anything else. */
export type BodyShape = 'html' | 'broken-json' | 'other';

type AnswerRule = Verdict & { readonly from: number; readonly to: number; readonly body?: BodyShape };

const again = 'Nothing to do yet: it is tried again by itself. If it lasts, look at the status page or the log of the source.';
const renewKey = 'Renew the key of this connection in the source, store it with "kpi connect", then try it with "kpi check".';
const fixAddress = 'Correct the address of this connection with "kpi connect", then try it with "kpi check".';

/** Status × body → what it means. The first row that matches wins; 2xx without a row is a success. */
const answerRules: readonly AnswerRule[] = [
  {
    from: 200,
    to: 299,
    body: 'html',
    kind: 'config',
    code: 'html_answer',
    tries: 4,
    happened: 'answered with a web page where data was expected',
    advice: `Open the address in a browser: it may show a login, a maintenance page or another site. ${fixAddress}`,
  },
  {
    from: 200,
    to: 299,
    body: 'broken-json',
    kind: 'transient',
    code: 'truncated',
    tries: 5,
    happened: 'the answer is not complete JSON',
    advice: again,
  },
  {
    from: 300,
    to: 399,
    kind: 'config',
    code: 'redirected',
    tries: 1,
    happened: 'the source has moved',
    advice: `Redirects are not followed, because the key would travel with them. ${fixAddress}`,
  },
  {
    from: 401,
    to: 401,
    kind: 'config',
    code: 'unauthorized',
    tries: 1,
    happened: 'the source does not accept the key',
    advice: renewKey,
  },
  {
    from: 402,
    to: 402,
    kind: 'config',
    code: 'payment_required',
    tries: 1,
    happened: 'the account at the source is frozen for an unpaid bill',
    advice: 'Have the bill of the source paid, then try it with "kpi check".',
  },
  {
    from: 403,
    to: 403,
    body: 'html',
    kind: 'config',
    code: 'forbidden',
    tries: 1,
    happened: 'access was refused by a web page, perhaps of a firewall or proxy in front of the source',
    advice: 'Let this machine\'s address through at the firewall of the source, then try it with "kpi check".',
  },
  {
    from: 403,
    to: 403,
    kind: 'config',
    code: 'forbidden',
    tries: 1,
    happened: 'the key is good, but has no right to read this',
    advice: 'Give the user or key the missing right or scope in the source ("kpi check" lists them), then run the stream again.',
  },
  {
    from: 404,
    to: 404,
    body: 'html',
    kind: 'config',
    code: 'not_found',
    tries: 1,
    happened: 'there is no such page: the address or the database name is probably wrong',
    advice: fixAddress,
  },
  {
    from: 404,
    to: 404,
    kind: 'config',
    code: 'not_found',
    tries: 1,
    happened: 'the source does not know what was asked for',
    advice: fixAddress,
  },
  {
    from: 408,
    to: 408,
    kind: 'transient',
    code: 'timeout',
    tries: 5,
    happened: 'the source gave up waiting for the request',
    advice: again,
  },
  {
    from: 410,
    to: 410,
    kind: 'config',
    code: 'not_found',
    tries: 1,
    happened: 'the source says that this is gone for good',
    advice: fixAddress,
  },
  {
    from: 425,
    to: 425,
    kind: 'transient',
    code: 'too_early',
    tries: 5,
    happened: 'the source asks to repeat the request',
    advice: again,
  },
  {
    from: 429,
    to: 429,
    kind: 'transient',
    code: 'rate_limited',
    tries: 8,
    happened: 'too many requests',
    advice: 'Nothing to do: it goes on when the source allows. If it lasts, other programs may be using up the same limit.',
  },
  {
    from: 400,
    to: 499,
    kind: 'config',
    code: 'refused',
    tries: 1,
    happened: 'the source refuses the request',
    advice: 'Try the connection with "kpi check": a field or method may be missing in this version of the source.',
  },
  {
    from: 500,
    to: 599,
    kind: 'transient',
    code: 'server_error',
    tries: 5,
    happened: 'the source failed on its side',
    advice: again,
  },
  {
    from: 100,
    to: 999,
    kind: 'transient',
    code: 'odd_status',
    tries: 5,
    happened: 'the source answered with a status that HTTP does not have',
    advice: again,
  },
];

/** What the common table says of an answer; null for a success. */
export function classifyAnswer(answer: HttpAnswer, body: BodyShape): Verdict | null {
  const rule = answerRules.find(
    ({ from, to, body: wanted }) => answer.status >= from && answer.status <= to && (wanted === undefined || wanted === body),
  );
  if (rule === undefined || (answer.status < 300 && answer.status >= 200 && rule.body === undefined)) return null;
  const moved = rule.code === 'redirected' ? newHost(answer) : null;
  return {
    kind: rule.kind,
    code: rule.code,
    tries: rule.tries,
    happened: `${moved === null ? rule.happened : `${rule.happened} to ${moved}`} (status ${answer.status})`,
    advice: rule.advice,
  };
}

/** Host of the `Location`, never its path or query. */
function newHost(answer: HttpAnswer): string | null {
  const location = answer.headers['location'];
  if (location === undefined || !URL.canParse(location)) return null;
  const { protocol, host } = new URL(location);
  return `${protocol}//${host}`;
}

const htmlStart = /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html[\s>])/i;

/** An answer is HTML by its type, or by its first tag when the type does not say JSON. */
export function looksLikeHtml(answer: HttpAnswer): boolean {
  const type = answer.headers['content-type'] ?? '';
  if (/\bhtml\b/i.test(type)) return true;
  return !saysJson(answer) && htmlStart.test(answer.body.slice(0, 400));
}

export function saysJson(answer: HttpAnswer): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(answer.headers['content-type'] ?? '');
}
