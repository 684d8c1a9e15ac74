import { SourceError, type Http } from '#contract';
import type { z } from 'zod';
import { refusalOf } from './refusals.ts';
import { answers, requests, type CardRequest, type DashboardRequest, type DatabaseRequest, type FieldRequest, type Graph } from './wire.ts';

/** Who we are to Metabase; null only before its first set-up. */
export type Credentials = { readonly apiKey: string } | { readonly session: string } | null;

export interface ClientOptions {
  /** Address of the Metabase, with its path when it has one. */
  readonly url: string;
  readonly http: Http;
  readonly credentials: Credentials;
}

export type MetabaseClient = ReturnType<typeof metabaseClient>;

/** Group ids that every Metabase has. */
export const ALL_USERS = '1';
const ADMINISTRATORS = 2;

/**
 * The calls of Metabase's API that this project makes, and no others. Answers are checked; of requests only named keys leave. What
 * creates is never repeated by itself: after a lost answer nobody knows whether it happened, and the next apply looks first.
 * @throws SourceError by every call
 */
export function metabaseClient({ url, http, credentials }: ClientOptions) {
  const base = url.replace(/\/+$/, '');

  async function call<Z extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    schema: Z,
    body?: unknown,
  ): Promise<z.infer<Z>> {
    const what = `${method} ${path.split('?')[0]!.replaceAll(/\/(?:[\w-]+\.){2}[\w-]+/g, '/{token}')}`;
    const answer = await http(`${base}${path}`, {
      method,
      headers: { ...headersOf(credentials), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      repeatable: method !== 'POST',
      classify: (got) => refusalOf(what, got),
    });
    const parsed = schema.safeParse(answer.body === '' ? undefined : jsonOf(answer.body));
    if (parsed.success) return parsed.data;
    // The answer itself is left out: it may hold connection details.
    const places = parsed.error.issues.slice(0, 3).map((issue) => issue.path.join('.') || 'the whole');
    throw new SourceError({
      kind: 'config',
      code: 'unexpected_answer',
      message: `Metabase ${what}: the answer is not what was expected at ${places.join(', ')}`,
      advice: 'Check that METABASE_URL is a Metabase of version 0.57 or later; versions that were tried are in docs/metabase.md',
    });
  }
  const anything = answers.created.partial().catch({});

  return {
    /** The Metabase, as ids of its objects are kept under: its origin and path. */
    instance: base,
    healthy: async () => (await call('GET', '/api/health', answers.health)).status === 'ok',
    properties: () => call('GET', '/api/session/properties', answers.properties),
    setUp: async (request: z.infer<typeof requests.setup>) =>
      (await call('POST', '/api/setup', answers.session, requests.setup.parse(request))).id,
    logIn: async (username: string, password: string) => (await call('POST', '/api/session', answers.session, { username, password })).id,
    currentUser: () => call('GET', '/api/user/current', answers.user),
    createApiKey: async (name: string) =>
      (await call('POST', '/api/api-key', answers.apiKey, { name, group_id: ADMINISTRATORS })).unmasked_key,
    setting: (key: string) => call('GET', `/api/setting/${key}`, answers.setting),
    putSetting: (key: string, value: unknown) => call('PUT', `/api/setting/${key}`, anything, { value }),

    databases: async () => (await call('GET', '/api/database', answers.databases)).data,
    createDatabase: async (request: DatabaseRequest) =>
      (await call('POST', '/api/database', answers.created, requests.database.parse(request))).id,
    updateDatabase: (id: number, request: DatabaseRequest) =>
      call('PUT', `/api/database/${id}`, anything, requests.database.parse(request)),
    database: (id: number) => call('GET', `/api/database/${id}`, answers.database),
    /** Also deletes every card that is on it. */
    deleteDatabase: (id: number) => call('DELETE', `/api/database/${id}`, anything),
    syncSchema: (id: number) => call('POST', `/api/database/${id}/sync_schema`, anything, {}),
    metadata: (id: number) => call('GET', `/api/database/${id}/metadata`, answers.metadata),
    updateField: (id: number, request: FieldRequest) => call('PUT', `/api/field/${id}`, anything, requests.field.parse(request)),

    collections: () => call('GET', '/api/collection', answers.collections),
    collection: (id: number) => call('GET', `/api/collection/${id}`, answers.collection),
    createCollection: async (request: z.infer<typeof requests.collection>) =>
      (await call('POST', '/api/collection', answers.created, requests.collection.omit({ archived: true }).parse(request))).id,
    updateCollection: (id: number, request: z.infer<typeof requests.collection>) =>
      call('PUT', `/api/collection/${id}`, anything, requests.collection.parse(request)),
    /** What is in a collection and not in the trash. */
    itemsIn: async (collectionId: number) =>
      (await call('GET', `/api/collection/${collectionId}/items?models=dashboard&models=card&models=collection&limit=1000`, answers.items))
        .data,
    dashboardsIn: async (collectionId: number) =>
      (await call('GET', `/api/collection/${collectionId}/items?models=dashboard&limit=1000`, answers.items)).data,

    /** Ids of the cards that bear these entity ids, archived ones included. */
    cardsByEntityId: async (entityIds: readonly string[]): Promise<Map<string, number>> => {
      const body = { entity_ids: { card: entityIds } };
      const { entity_ids: found } = await call('POST', '/api/eid-translation/translate', answers.translated, body);
      return new Map(
        Object.entries(found).flatMap(([entityId, { id, status }]) =>
          status === 'ok' && typeof id === 'number' ? [[entityId, id] as const] : [],
        ),
      );
    },
    card: (id: number) => call('GET', `/api/card/${id}`, answers.card),
    /** Cards on a connection that are not in the trash. */
    cardsOn: (databaseId: number) => call('GET', `/api/card?f=database&model_id=${databaseId}`, answers.cards),
    createCard: async (request: CardRequest) => (await call('POST', '/api/card', answers.created, requests.card.parse(request))).id,
    updateCard: (id: number, request: CardRequest) => call('PUT', `/api/card/${id}`, anything, requests.card.parse(request)),

    dashboard: (id: number) => call('GET', `/api/dashboard/${id}`, answers.dashboard),
    createDashboard: async (request: z.infer<typeof requests.newDashboard>) =>
      (await call('POST', '/api/dashboard', answers.created, requests.newDashboard.parse(request))).id,
    updateDashboard: (id: number, request: DashboardRequest) =>
      call('PUT', `/api/dashboard/${id}`, anything, requests.dashboard.parse(request)),
    deleteDashboard: (id: number) => call('DELETE', `/api/dashboard/${id}`, anything),

    permissionGraph: () => call('GET', '/api/permissions/graph', answers.graph),
    putPermissionGraph: (graph: Graph) => call('PUT', '/api/permissions/graph', anything, graph),
    collectionGraph: () => call('GET', '/api/collection/graph', answers.graph),
    putCollectionGraph: (graph: Graph) => call('PUT', '/api/collection/graph', anything, graph),

    /** What the embedding says of a token: for proving that secret and settings work. Refusals are answers here. */
    embedded: (token: string) =>
      http(`${base}/api/embed/dashboard/${token}`, { classify: (got) => ([400, 404].includes(got.status) ? 'ok' : null) }),
  };
}

/** The thing, or null when Metabase knows none of that id. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SourceError && error.code === 'not_found') return null;
    throw error;
  }
}

function headersOf(credentials: Credentials): Record<string, string> {
  if (credentials === null) return {};
  return 'apiKey' in credentials ? { 'x-api-key': credentials.apiKey } : { 'x-metabase-session': credentials.session };
}

/** Text settings are answered bare, without quotes. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
