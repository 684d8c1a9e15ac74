import { randomBytes } from 'node:crypto';
import { SourceError, type Http } from '#contract';
import { ALL_USERS, metabaseClient, type Credentials, type MetabaseClient } from './client.ts';
import { signEmbed } from './embed-token.ts';

export interface ProvisionRequest {
  readonly url: string;
  /** Address as a browser reaches it. */
  readonly siteUrl: string;
  readonly http: Http;
  /** A key that is known already; kept when it works. */
  readonly apiKey: string | null;
  /** Known already; made when null. */
  readonly embeddingSecret: string | null;
  /** The administrator, to be made or to log in as; null when the API key is enough. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  readonly siteName: string;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => Date;
  /** Looks at its health, one every two seconds; a first start takes minutes. */
  readonly looks?: number;
}

export interface Provisioned {
  /** For the caller to keep; they are in no table. */
  readonly secrets: { readonly apiKey: string; readonly embeddingSecret: string };
  readonly version: string | null;
  /** What was done; empty when everything was as it should be. */
  readonly done: readonly string[];
  /** What a person has to look at. */
  readonly warnings: readonly string[];
}

// No object of a Metabase has this id: asking for it proves the key and shows nothing.
const NO_DASHBOARD = 2_147_483_647;

/**
 * Takes a Metabase from nothing to ready: administrator, API key, embedding with our secret, no public links, nothing for "All Users".
 * What is so already stays.
 * @throws SourceError when it is away, or set up by somebody whose password or key was not given
 */
export async function provisionMetabase(request: ProvisionRequest): Promise<Provisioned> {
  const { url, http } = request;
  const done: string[] = [];
  const warnings: string[] = [];
  const as = (credentials: Credentials) => metabaseClient({ url, http, credentials });
  await waitForHealth(as(null), request);
  const properties = await as(null).properties();
  const apiKey = await keyOf(request, as, properties['setup-token'] ?? null, done);
  const client = as({ apiKey });
  await settle(client, 'enable-public-sharing', false, done);
  await settle(client, 'site-url', request.siteUrl, done);
  const embedded = !(await settle(client, 'enable-embedding-static', true, done));
  const { secret: embeddingSecret, replaced } = await secretOf(client, request, done);
  if (embedded && replaced)
    warnings.push('the embedding secret was replaced: whatever else was signed with the former one is no longer shown');
  await closeRoot(client, done);
  const zone = await client.setting('report-timezone');
  if (typeof zone === 'string' && zone !== '')
    warnings.push(
      `report-timezone is "${zone}": it overrides each company's own zone and shifts its days; empty it in Admin, Localization`,
    );
  const version = properties.version?.tag ?? null;
  if (version !== null && !isSupported(version))
    warnings.push(`Metabase ${version} is older than 0.57, the oldest that this service was written for`);
  return { secrets: { apiKey, embeddingSecret }, version, done, warnings };
}

async function waitForHealth(client: MetabaseClient, { sleep, looks = 150 }: ProvisionRequest): Promise<void> {
  for (let look = 1; ; look += 1) {
    try {
      if (await client.healthy()) return;
    } catch (error) {
      if (!(error instanceof SourceError) || error.kind !== 'transient' || look >= looks) throw error;
    }
    if (look >= looks)
      throw new SourceError({
        kind: 'transient',
        code: 'metabase_starting',
        message: 'Metabase does not say that it is healthy',
        advice: 'Look at its log; a first start takes some minutes',
      });
    await sleep(2000);
  }
}

async function keyOf(
  request: ProvisionRequest,
  as: (credentials: Credentials) => MetabaseClient,
  setupToken: string | null,
  done: string[],
): Promise<string> {
  const { apiKey, admin, siteName } = request;
  if (apiKey !== null && (await works(as({ apiKey })))) return apiKey;
  if (admin === null)
    throw new SourceError({
      kind: 'config',
      code: apiKey === null ? 'no_administrator' : 'unauthorized',
      message:
        apiKey === null ? 'no API key of Metabase is known' : 'the API key of Metabase is not accepted, or is none of an administrator',
      advice: 'Set METABASE_API_KEY, or name the administrator with --admin-email and METABASE_ADMIN_PASSWORD',
    });
  const session = (await logIn(as(null), admin)) ?? (setupToken === null ? null : await setUp(as(null), setupToken, admin, siteName, done));
  if (session === null)
    throw new SourceError({
      kind: 'config',
      code: 'unauthorized',
      message: 'this Metabase is set up already, and does not know this administrator or password',
      advice: 'Give e-mail and password of one of its administrators (--admin-email, METABASE_ADMIN_PASSWORD)',
    });
  // A key is shown once. One that was lost in a crash is of no use to anybody; the next has a name of its own, and the old one can be deleted.
  const made = await as({ session }).createApiKey(`kpi-sync ${randomBytes(3).toString('hex')}`);
  done.push('API key made');
  return made;
}

async function works(client: MetabaseClient): Promise<boolean> {
  try {
    return (await client.currentUser()).is_superuser === true;
  } catch (error) {
    if (error instanceof SourceError && error.kind === 'config') return false;
    throw error;
  }
}

async function logIn(client: MetabaseClient, admin: { readonly email: string; readonly password: string }): Promise<string | null> {
  try {
    return await client.logIn(admin.email, admin.password);
  } catch (error) {
    if (error instanceof SourceError && ['unauthorized', 'metabase_refused'].includes(error.code)) return null;
    throw error;
  }
}

async function setUp(
  client: MetabaseClient,
  token: string,
  admin: { readonly email: string; readonly password: string },
  siteName: string,
  done: string[],
): Promise<string> {
  const session = await client.setUp({
    token,
    user: { first_name: 'KPI', last_name: 'Service', email: admin.email, password: admin.password, site_name: siteName },
    prefs: { site_name: siteName, site_locale: 'es', allow_tracking: false },
    database: null,
  });
  done.push('administrator made');
  return session;
}

async function settle(client: MetabaseClient, key: string, wanted: string | boolean, done: string[]): Promise<boolean> {
  const found = await client.setting(key);
  if (found === wanted || String(found) === String(wanted)) return false;
  await client.putSetting(key, wanted);
  done.push(`${key} set`);
  return true;
}

/** Returns whether it had to be changed. */ /** The secret cannot be read back; a token signed with it tells whether Metabase has the same. */
async function secretOf(
  client: MetabaseClient,
  request: ProvisionRequest,
  done: string[],
): Promise<{ readonly secret: string; readonly replaced: boolean }> {
  const secret = request.embeddingSecret ?? randomBytes(32).toString('hex');
  const agrees = async () => {
    const { token } = await signEmbed({ dashboardId: NO_DASHBOARD, tenantId: '-', rut: '-', secret, now: request.now(), ttlSeconds: 60 });
    return (await client.embedded(token)).status === 404;
  };
  if (request.embeddingSecret !== null && (await agrees())) return { secret, replaced: false };
  await client.putSetting('embedding-secret-key', secret);
  if (!(await agrees()))
    throw new SourceError({
      kind: 'config',
      code: 'embedding_secret',
      message: 'Metabase does not accept a token signed with the embedding secret it was just given',
      advice:
        'It may be fixed by the environment of Metabase (MB_EMBEDDING_SECRET_KEY): set METABASE_EMBEDDING_SECRET to the same 64 digits',
    });
  done.push('embedding secret set');
  return { secret, replaced: true };
}

/** "All Users" may not even look at the root collection, from which new ones would inherit. */
async function closeRoot(client: MetabaseClient, done: string[]): Promise<void> {
  const graph = await client.collectionGraph();
  if ((graph.groups[ALL_USERS]?.['root'] ?? 'none') === 'none') return;
  await client.putCollectionGraph({ revision: graph.revision, groups: { [ALL_USERS]: { root: 'none' } } });
  done.push('root collection closed to All Users');
}

/** `v0.57.3`, `v1.58.0` (the paid edition counts with 1), `v0.60.x`. */
function isSupported(tag: string): boolean {
  const minor = /^v?[01]\.(\d+)/.exec(tag)?.[1];
  return minor === undefined || Number(minor) >= 57;
}
