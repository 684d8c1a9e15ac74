/** What stands in the place of a secret. */
export const HIDDEN = '[secret]';

/** Takes secrets out of a text that is about to leave the process: a message, a log line, a cause. */
export type Redactor = (text: string) => string;

/**
 * Shapes that are secrets wherever they stand: also in texts of libraries, which repeat headers and addresses in their errors.
 * Each keeps what says *which* secret it was.
 */
const shapes: readonly (readonly [RegExp, string])[] = [
  // Header or JSON field: `Authorization: Bearer x`, `"x-shopify-access-token":"x"`, `api_access_token=x`, `password: x`.
  [
    /((?:proxy-)?authorization|x-[a-z0-9-]*(?:token|key|secret)|[a-z_-]*(?:access|refresh|vault)[_-]token|api[_-]?key|client[_-]?secret|webhook[_-]?secret|password|passwd|set-cookie|cookie)("?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|(?:(?:bearer|basic|token)\s+)?[^\s,;&"'}\]]+)/gi,
    `$1$2${HIDDEN}`,
  ],
  [/([?&](?:token|key|secret|sig|signature|code|auth|session)=)[^&#\s"']+/gi, `$1${HIDDEN}`],
  // "Basic authentication" is no secret: a token has a digit or a capital somewhere.
  [/\b([Bb]earer|[Bb]asic)\s+(?=[A-Za-z._~+/=-]*[0-9]|[a-z._~+/=-]*[A-Z])[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${HIDDEN}`],
  // Shopify tokens, JSON web tokens (n8n keys are such), Vault tokens.
  [/\bshp(?:at|ca|pa|ss|ua|rt|tka)_[A-Za-z0-9]+/g, HIDDEN],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, HIDDEN],
  [/\bhvs\.[A-Za-z0-9_-]{8,}/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@"']+(?::[^/\s@"']*)?@/gi, `$1${HIDDEN}@`],
];

/** A secret shorter than this is not searched for: it would take ordinary words out of every text. */
const SHORTEST = 4;

/**
 * A redactor that knows these values, in the spellings they travel in (plain, in an address, in JSON, in base64), beside the
 * common shapes of secrets.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const spellings = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue;
    spellings.add(secret);
    spellings.add(encodeURIComponent(secret.toWellFormed()));
    spellings.add(JSON.stringify(secret).slice(1, -1));
    spellings.add(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  }
  // Longest first, so that a secret that begins like another leaves nothing behind.
  const known = [...spellings].toSorted((a, b) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const spelling of known) out = out.replaceAll(spelling, HIDDEN);
    for (const [shape, replacement] of shapes) out = out.replace(shape, replacement);
    return out;
  };
}

/** The same over the values of a log record, at any depth. Keys stay. */
export function redactFields(fields: Readonly<Record<string, unknown>>, redact: Redactor): Record<string, unknown> {
  return walk(fields, redact, 0) as Record<string, unknown>;
}

function walk(value: unknown, redact: Redactor, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Error) return redact(`${value.name}: ${value.message}`);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => walk(item, redact, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, redact, depth + 1)]));
}
