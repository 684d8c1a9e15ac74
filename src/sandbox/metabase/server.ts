import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import { adminRoutes } from './admin-routes.ts';
import {
  createCard,
  createDashboard,
  requireCard,
  requireDashboard,
  shownCard,
  shownDashboard,
  updateCard,
  updateDashboard,
} from './content.ts';
import { createDatabase, deleteDatabase, requireDatabase, shownDatabase, sync, updateDatabase, updateField } from './databases.ts';
import { embeddedCard, embeddedDashboard } from './embed.ts';
import { closed, forbidden, list, notFound, Refusal, text, unauthenticated, type Body } from './refuse.ts';
import { route, type Route } from './route.ts';
import { runNative } from './run-native.ts';
import { MetabaseState, type StoredCard, type StoredDashboard } from './state.ts';

export interface MetabaseServerOptions extends ServerOptions {
  /** Looks at the metadata of a new connection that find nothing yet; default 1. */
  readonly syncDelay?: number;
}

export interface MetabaseServer extends SandboxServer {
  readonly state: MetabaseState;
  /** Requests as `METHOD /path`, in order. */
  readonly log: readonly string[];
}

/**
 * Serves the part of Metabase's API that this project uses, with its refusals: unknown keys, stale revisions, parameters that are not
 * allowed. Native cards run on the real database behind their connection, as its role.
 */
export async function startMetabase(options: MetabaseServerOptions): Promise<MetabaseServer> {
  const state = new MetabaseState();
  const routes = [...adminRoutes(state), ...contentRoutes(state, options.syncDelay ?? 1), ...embedRoutes(state, options.clock)];
  const log: string[] = [];
  const server = await startServer(options, async (request) => {
    log.push(`${request.method} ${request.url.pathname}`);
    try {
      return await answer(state, routes, request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  });
  return { ...server, state, log };
}

async function answer(state: MetabaseState, routes: readonly Route[], request: SandboxRequest): Promise<SandboxAnswer> {
  for (const { method, path, open, run } of routes) {
    const found = method === request.method ? path.exec(request.url.pathname) : null;
    if (found === null) continue;
    if (open !== true) authenticate(state, request);
    const made = await run(found.slice(1), request.body === '' ? undefined : JSON.parse(request.body), request);
    if (made === undefined) return { status: 204, body: '' };
    return {
      status:
        typeof made === 'object' && made !== null && 'status' in made && (made.status === 'failed' || made.status === 'completed')
          ? 202
          : 200,
      body: made,
    };
  }
  throw notFound();
}

function authenticate(state: MetabaseState, { headers }: SandboxRequest): void {
  const key = headers['x-api-key'];
  const session = headers['x-metabase-session'];
  if (typeof key === 'string') {
    const known = state.apiKeys.get(key);
    if (known === undefined) throw unauthenticated();
    // Groups other than the administrators' may do none of what this stand-in knows.
    if (known.group !== 2) throw forbidden();
    return;
  }
  if (typeof session !== 'string' || !state.sessions.has(session)) throw unauthenticated();
}

function contentRoutes(state: MetabaseState, delay: number): Route[] {
  return [
    route('GET', 'database', () => ({ data: [...state.databases.values()].map(shownDatabase), total: state.databases.size })),
    route('POST', 'database', async (_, body) => {
      const database = await createDatabase(state, body);
      // Its tables are read at once, behind the request.
      await sync(state, database, delay);
      return shownDatabase(database);
    }),
    route('GET', 'database/:id', ([id]) => shownDatabase(requireDatabase(state, Number(id)))),
    route('PUT', 'database/:id', async ([id], body) => shownDatabase(await updateDatabase(state, Number(id), body))),
    route('DELETE', 'database/:id', ([id]) => deleteDatabase(state, Number(id))),
    route('POST', 'database/:id/sync_schema', async ([id]) => {
      await sync(state, requireDatabase(state, Number(id)), delay);
      return { status: 'ok' };
    }),
    route('GET', 'database/:id/metadata', ([id]) => {
      const database = requireDatabase(state, Number(id));
      const { unsynced } = database;
      if (unsynced > 0) database.unsynced = unsynced - 1;
      return { ...shownDatabase(database), tables: unsynced > 0 ? [] : database.tables };
    }),
    route('PUT', 'field/:id', ([id], body) => updateField(state, Number(id), body)),
    route('GET', 'collection', () => [
      { id: 'root', name: 'Our analytics' },
      ...[...state.collections.values()].filter(({ archived }) => !archived),
    ]),
    route('GET', 'collection/:id', ([id]) => requireCollection(state, Number(id))),
    route('POST', 'collection', (_, body) => {
      const given = closed(body, ['name', 'description', 'parent_id', 'namespace', 'authority_level'], ['name']);
      const collection = {
        id: state.id(),
        name: text(given, 'name'),
        description: (given['description'] as string | undefined) ?? null,
        archived: false,
      };
      state.collections.set(collection.id, collection);
      // It takes over the rights on the root.
      const inherited = state.access.groups.get('root');
      if (inherited !== undefined) state.access.groups.set(String(collection.id), inherited);
      state.access.revision += 1;
      return collection;
    }),
    route('PUT', 'collection/:id', ([id], body) =>
      Object.assign(requireCollection(state, Number(id)), closed(body, ['name', 'description', 'archived', 'parent_id'])),
    ),
    route('GET', 'collection/:id/items', ([id], _, { url }) => {
      const models = url.searchParams.getAll('models');
      const inside = (model: string, all: Iterable<StoredDashboard | StoredCard>) =>
        models.length > 0 && !models.includes(model)
          ? []
          : [...all]
              .filter(({ collection_id, archived }) => collection_id === Number(id) && !archived)
              .map((one) => ({ id: one.id, name: one.name, description: one.description, model }));
      const data = [...inside('dashboard', state.dashboards.values()), ...inside('card', state.cards.values())];
      return { data, total: data.length };
    }),
    route('POST', 'eid-translation/translate', (_, body) => {
      const { entity_ids } = closed(body, ['entity_ids'], ['entity_ids']);
      const wanted = list(closed(entity_ids, ['card', 'dashboard', 'collection'])['card'], 'card');
      const found = new Map([...state.cards.values()].map(({ entity_id, id }) => [entity_id, id]));
      const of = (eid: string) =>
        found.has(eid) ? { id: found.get(eid), type: 'card', status: 'ok' } : { type: 'card', status: 'not-found' };
      return { entity_ids: Object.fromEntries(wanted.map((eid) => [String(eid), of(String(eid))])) };
    }),
    route('POST', 'card', (_, body) => shownCard(createCard(state, body))),
    route('GET', 'card', (_, __, { url }) => {
      if (url.searchParams.get('f') !== 'database') throw new Refusal(400, { errors: { f: 'value must be one of: database.' } });
      const { id } = requireDatabase(state, Number(url.searchParams.get('model_id')));
      return [...state.cards.values()].filter(({ database_id, archived }) => database_id === id && !archived).map(shownCard);
    }),
    route('GET', 'card/:id', ([id]) => shownCard(requireCard(state, Number(id)))),
    route('PUT', 'card/:id', ([id], body) => shownCard(updateCard(state, Number(id), body))),
    route('POST', 'card/:id/query', ([id], body) => {
      closed(body ?? {}, ['ignore_cache', 'dashboard_id', 'collection_preview']);
      const card = requireCard(state, Number(id));
      return runNative(requireDatabase(state, card.database_id), card, {});
    }),
    route('POST', 'dashboard', (_, body) => shownDashboard(state, createDashboard(state, body))),
    route('DELETE', 'dashboard/:id', ([id]) => void state.dashboards.delete(requireDashboard(state, Number(id)).id)),
    route('GET', 'dashboard/:id', ([id]) => shownDashboard(state, requireDashboard(state, Number(id)))),
    route('PUT', 'dashboard/:id', ([id], body) => shownDashboard(state, updateDashboard(state, Number(id), body))),
  ];
}

function embedRoutes(state: MetabaseState, clock: () => Date): Route[] {
  return [
    route('GET', 'embed/dashboard/:name', ([token = '']) => embeddedDashboard(state, token, clock()), true),
    route(
      'GET',
      'embed/dashboard/:name/dashcard/:id/card/:id',
      ([token = '', dashcard, card], _, { url }) => {
        const given = JSON.parse(url.searchParams.get('parameters') ?? '{}') as Body;
        return embeddedCard(state, { token, dashcardId: Number(dashcard), cardId: Number(card), url: given }, clock());
      },
      true,
    ),
  ];
}

function requireCollection(state: MetabaseState, id: number) {
  const collection = state.collections.get(id);
  if (collection === undefined) throw notFound();
  return collection;
}
