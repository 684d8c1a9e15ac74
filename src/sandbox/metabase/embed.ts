import { createHmac, timingSafeEqual } from 'node:crypto';
import { requireCard } from './content.ts';
import { requireDatabase } from './databases.ts';
import { closed, notFound, Refusal, type Body } from './refuse.ts';
import { runNative, type QueryResult } from './run-native.ts';
import type { MetabaseState, StoredDashboard } from './state.ts';

const LEEWAY_SECONDS = 60;

interface Claims {
  readonly dashboard: StoredDashboard;
  readonly params: Body;
}

/** What the signed token says, once it has been believed. */
function believed(state: MetabaseState, token: string, now: Date): Claims {
  if (!state.embedding) throw new Refusal(400, 'Embedding is not enabled.');
  const corrupt = new Refusal(400, 'Message seems corrupt or manipulated');
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = jsonOf(head) as { readonly alg?: unknown } | null;
  if (more.length > 0 || header?.alg !== 'HS256') throw corrupt;
  const secret = state.settings.get('embedding-secret-key');
  if (typeof secret !== 'string') throw new Refusal(400, 'The embedding secret key has not been set.');
  // The key is the text of the hexadecimal digits.
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw corrupt;
  const claims = jsonOf(body) as Body | null;
  if (claims === null) throw corrupt;
  if (typeof claims['exp'] === 'number' && claims['exp'] + LEEWAY_SECONDS < now.getTime() / 1000)
    throw new Refusal(400, `Token is expired (${claims['exp']})`);
  const resource = closed(claims['resource'], ['dashboard', 'question'], [], 'resource.');
  if (typeof claims['params'] !== 'object' || claims['params'] === null)
    throw new Refusal(400, 'Token is missing value for keypath [:params]');
  const dashboard = state.dashboards.get(Number(resource['dashboard']));
  if (dashboard === undefined || dashboard.archived) throw notFound();
  if (!dashboard.enable_embedding) throw new Refusal(400, 'Embedding is not enabled for this object.');
  return { dashboard, params: claims['params'] as Body };
}

/** The dashboard without what is locked. */
export function embeddedDashboard(state: MetabaseState, token: string, now: Date): object {
  const { dashboard, params } = believed(state, token, now);
  checkParameters(dashboard, params, {});
  const shown = dashboard.parameters.filter(({ slug }) => dashboard.embedding_params[slug] === 'enabled');
  const dashcards = dashboard.dashcards.map(({ id, card_id, row, col, size_x, size_y }) => ({
    id,
    card_id,
    row,
    col,
    size_x,
    size_y,
    card: card_id === null ? null : { id: card_id, name: requireCard(state, card_id).name, display: requireCard(state, card_id).display },
  }));
  return { id: dashboard.id, name: dashboard.name, description: dashboard.description, parameters: shown, dashcards };
}

export interface CardRequest {
  readonly token: string;
  readonly dashcardId: number;
  readonly cardId: number;
  /** Of the address: whatever the browser likes. */
  readonly url: Body;
}

/** Rows of one card, with the token's parameters and those of the address that are allowed. */
export async function embeddedCard(state: MetabaseState, request: CardRequest, now: Date): Promise<QueryResult> {
  const { dashboard, params } = believed(state, request.token, now);
  const values = checkParameters(dashboard, params, request.url);
  const place = dashboard.dashcards.find(({ id }) => id === request.dashcardId);
  if (place === undefined || (place.card_id !== request.cardId && !place.series.some(({ id }) => id === request.cardId))) throw notFound();
  const card = requireCard(state, request.cardId);
  // Only what is mapped reaches the card: an unmapped one runs as if the parameter did not exist.
  const tags: Record<string, unknown> = {};
  for (const { parameter_id, card_id, target } of place.parameter_mappings) {
    if (card_id !== undefined && card_id !== card.id) continue;
    const parameter = dashboard.parameters.find(({ id }) => id === parameter_id);
    const [kind, tag] = target as readonly [string, readonly [string, string]];
    if (parameter === undefined || kind !== 'variable') continue;
    const value = values[parameter.slug] ?? (dashboard.embedding_params[parameter.slug] === 'locked' ? undefined : parameter.default);
    if (value !== undefined) tags[tag[1]] = value;
  }
  return runNative(requireDatabase(state, card.database_id), card, tags);
}

/** Metabase's rules, in its words. A blank text counts as absent. */
function checkParameters(dashboard: StoredDashboard, token: Body, url: Body): Body {
  const present = (values: Body) => Object.fromEntries(Object.entries(values).filter(([, value]) => !isBlank(value)));
  const [inToken, inUrl] = [present(token), present(url)];
  const known = new Map(dashboard.parameters.map(({ slug }) => [slug, dashboard.embedding_params[slug] ?? 'disabled']));
  for (const slug of [...Object.keys(inToken), ...Object.keys(inUrl)])
    if (!known.has(slug)) throw new Refusal(400, `Unknown parameter :${slug}.`);
  for (const [slug, right] of known) {
    if (right === 'locked' && inToken[slug] === undefined) throw new Refusal(400, `You must specify a value for :${slug} in the JWT.`);
    if (right === 'locked' && inUrl[slug] !== undefined) throw new Refusal(400, `You can only specify a value for :${slug} in the JWT.`);
    if (right === 'disabled' && (inToken[slug] ?? inUrl[slug]) !== undefined)
      throw new Refusal(400, `You're not allowed to specify a value for :${slug}.`);
    if (right === 'enabled' && inToken[slug] !== undefined && inUrl[slug] !== undefined)
      throw new Refusal(400, `You can't specify a value for :${slug} if it's already set in the JWT.`);
  }
  return { ...inUrl, ...inToken };
}

const isBlank = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
