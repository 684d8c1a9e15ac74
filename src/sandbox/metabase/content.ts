import { randomBytes } from 'node:crypto';
import { requireDatabase } from './databases.ts';
import { closed, list, notFound, Refusal, text, type Body } from './refuse.ts';
import type { MetabaseState, StoredCard, StoredDashboard, StoredDashcard, StoredParameter } from './state.ts';

const CARD_KEYS = [
  'name', 'description', 'display', 'type', 'entity_id', 'collection_id', 'dataset_query', 'visualization_settings', 'parameters',
  'archived', 'cache_ttl', 'collection_position', 'dashboard_id', 'enable_embedding', 'embedding_params', 'parameter_mappings', 'result_metadata',
]; // prettier-ignore
const NEW_DASHBOARD_KEYS = ['name', 'description', 'collection_id', 'parameters', 'cache_ttl', 'collection_position'];
const DASHBOARD_KEYS = [
  'name', 'description', 'collection_id', 'parameters', 'archived', 'width', 'tabs', 'dashcards', 'enable_embedding', 'embedding_params',
  'embedding_type', 'auto_apply_filters', 'cache_ttl', 'caveats', 'collection_position', 'points_of_interest', 'position', 'show_in_getting_started',
]; // prettier-ignore
const DASHCARD_KEYS = [
  'id', 'size_x', 'size_y', 'row', 'col', 'card_id', 'action_id', 'dashboard_tab_id', 'parameter_mappings', 'visualization_settings',
  'inline_parameters', 'series',
]; // prettier-ignore
const PARAMETER_KEYS = [
  'id', 'name', 'slug', 'type', 'sectionId', 'default', 'target', 'isMultiSelect', 'values_query_type', 'values_source_type',
  'values_source_config', 'required', 'filteringParameters', 'temporal_units',
]; // prettier-ignore
const PARAMETER_TYPES = [
  'string/=',
  'number/=',
  'id',
  'date/single',
  'date/range',
  'date/all-options',
  'temporal-unit',
  'boolean/=',
  'category',
];
const DISPLAYS = ['scalar', 'table', 'bar', 'row', 'line', 'area', 'pie', 'progress'];
const GRID = 24;

export function createCard(state: MetabaseState, given: unknown): StoredCard {
  const body = closed(given, CARD_KEYS, ['name', 'display', 'dataset_query', 'visualization_settings']);
  const entityId = typeof body['entity_id'] === 'string' ? body['entity_id'] : randomBytes(16).toString('base64url').slice(0, 21);
  if (!/^[A-Za-z0-9_-]{21}$/.test(entityId))
    throw new Refusal(400, { errors: { entity_id: 'String must be a valid 21-character NanoID string.' } });
  if ([...state.cards.values()].some((card) => card.entity_id === entityId))
    throw new Refusal(500, 'ERROR: duplicate key value violates unique constraint "report_card_entity_id_key"');
  const query = queryOf(state, body['dataset_query']);
  const card: StoredCard = {
    id: state.id(),
    entity_id: entityId,
    name: text(body, 'name'),
    description: null,
    display: '',
    collection_id: null,
    archived: false,
    parameters: [],
    visualization_settings: {},
    ...query,
  };
  applyCard(state, card, body);
  state.cards.set(card.id, card);
  return card;
}

export function updateCard(state: MetabaseState, id: number, given: unknown): StoredCard {
  const card = requireCard(state, id);
  const body = closed(
    given,
    CARD_KEYS.filter((key) => key !== 'entity_id'),
  );
  if (body['dataset_query'] !== undefined) Object.assign(card, queryOf(state, body['dataset_query']));
  applyCard(state, card, body);
  // A card in the trash is on no dashboard.
  if (card.archived)
    for (const dashboard of state.dashboards.values()) dashboard.dashcards = dashboard.dashcards.filter(({ card_id }) => card_id !== id);
  return card;
}

function applyCard(state: MetabaseState, card: StoredCard, body: Body): void {
  if (body['display'] !== undefined && !DISPLAYS.includes(text(body, 'display')))
    throw new Refusal(400, { errors: { display: 'value must be a known display.' } });
  const collection = body['collection_id'];
  if (typeof collection === 'number' && !state.collections.has(collection)) throw notFound();
  for (const parameter of (body['parameters'] as unknown[] | undefined) ?? []) checkParameter(parameter);
  const { dataset_query: _query, entity_id: _entity, type: _type, ...rest } = body;
  Object.assign(card, rest);
}

function queryOf(state: MetabaseState, given: unknown): Pick<StoredCard, 'database_id' | 'sql' | 'tags'> {
  const query = closed(given, ['type', 'database', 'native', 'parameters'], ['type', 'database', 'native'], 'dataset_query.');
  const native = closed(query['native'], ['query', 'template-tags'], ['query'], 'native.');
  const tags = (native['template-tags'] ?? {}) as StoredCard['tags'];
  for (const [name, tag] of Object.entries(tags)) {
    closed(
      tag,
      ['id', 'name', 'display-name', 'type', 'default', 'required', 'dimension', 'widget-type'],
      ['id', 'name', 'display-name', 'type'],
      `${name}.`,
    );
    if (tag.name !== name)
      throw new Refusal(400, { errors: { 'template-tags': 'keys in template tag map must match the :name of their values' } });
  }
  return { database_id: requireDatabase(state, Number(query['database'])).id, sql: text(native, 'query'), tags };
}

export function requireCard(state: MetabaseState, id: number): StoredCard {
  const card = state.cards.get(id);
  if (card === undefined) throw notFound();
  return card;
}

/** As v57 and later tell it: the query in MBQL 5, beside much that may not be sent back. */
export function shownCard(card: StoredCard) {
  const { sql, tags, ...rest } = card;
  return {
    ...rest,
    query_type: 'native',
    created_at: '2026-01-01T00:00:00Z',
    creator_id: 1,
    dataset_query: {
      'lib/type': 'mbql/query',
      database: card.database_id,
      stages: [{ 'lib/type': 'mbql.stage/native', native: sql, 'template-tags': tags }],
    },
  };
}

export function createDashboard(state: MetabaseState, given: unknown): StoredDashboard {
  const body = closed(given, NEW_DASHBOARD_KEYS, ['name']);
  const dashboard: StoredDashboard = {
    id: state.id(),
    name: text(body, 'name'),
    description: (body['description'] as string | undefined) ?? null,
    collection_id: (body['collection_id'] as number | undefined) ?? null,
    archived: false,
    width: 'fixed',
    enable_embedding: false,
    embedding_params: {},
    parameters: parametersOf(body['parameters'] ?? []),
    tabs: [],
    dashcards: [],
  };
  state.dashboards.set(dashboard.id, dashboard);
  return dashboard;
}

export function updateDashboard(state: MetabaseState, id: number, given: unknown): StoredDashboard {
  const dashboard = requireDashboard(state, id);
  const body = closed(given, DASHBOARD_KEYS);
  const { dashcards, tabs, parameters, ...rest } = body;
  if (
    (rest['enable_embedding'] !== undefined || rest['embedding_params'] !== undefined) &&
    !state.embedding &&
    rest['enable_embedding'] === true
  )
    throw new Refusal(400, 'Embedding is not enabled.');
  if (parameters !== undefined) dashboard.parameters = parametersOf(parameters);
  if (tabs !== undefined) {
    dashboard.tabs = list(tabs, 'tabs').map((tab) => {
      const { id: tabId, name } = closed(tab, ['id', 'name', 'position'], ['id', 'name'], 'tabs.');
      return { id: Number(tabId) < 0 ? state.id() : Number(tabId), name: String(name) };
    });
  }
  // What is not in the list is deleted; what has a negative id is made.
  if (dashcards !== undefined) dashboard.dashcards = list(dashcards, 'dashcards').map((one) => dashcardOf(state, dashboard, one));
  Object.assign(dashboard, rest);
  return dashboard;
}

function dashcardOf(state: MetabaseState, dashboard: StoredDashboard, given: unknown): StoredDashcard {
  const body = closed(given, DASHCARD_KEYS, ['id', 'size_x', 'size_y', 'row', 'col'], 'dashcards.');
  const id = Number(body['id']);
  const there = dashboard.dashcards.find((one) => one.id === id);
  if (id >= 0 && there === undefined) throw notFound();
  const [col, width] = [Number(body['col']), Number(body['size_x'])];
  if (col < 0 || width < 1 || col + width > GRID)
    throw new Refusal(400, { errors: { dashcards: `does not fit on a grid of ${GRID} columns` } });
  const cardId = (body['card_id'] as number | null | undefined) ?? null;
  if (cardId !== null) requireCard(state, cardId);
  return {
    id: there?.id ?? state.id(),
    card_id: cardId,
    action_id: (body['action_id'] as number | undefined) ?? null,
    dashboard_tab_id: (body['dashboard_tab_id'] as number | undefined) ?? null,
    row: Number(body['row']),
    col,
    size_x: width,
    size_y: Number(body['size_y']),
    parameter_mappings: ((body['parameter_mappings'] ?? []) as unknown[]).map(
      (mapping) =>
        closed(
          mapping,
          ['parameter_id', 'card_id', 'target'],
          ['parameter_id', 'target'],
          'parameter_mappings.',
        ) as StoredDashcard['parameter_mappings'][number],
    ),
    visualization_settings: (body['visualization_settings'] ?? {}) as Record<string, unknown>,
    series: ((body['series'] ?? []) as unknown[]).map((one) => closed(one, ['id'], ['id'], 'series.') as { id: number }),
  };
}

function parametersOf(given: unknown): StoredParameter[] {
  return list(given, 'parameters').map(checkParameter);
}

function checkParameter(given: unknown): StoredParameter {
  const body = closed(given, PARAMETER_KEYS, ['id', 'type', 'slug', 'name'], 'parameters.');
  if (!PARAMETER_TYPES.includes(String(body['type'])))
    throw new Refusal(400, { errors: { parameters: `unknown parameter type ${String(body['type'])}` } });
  return body as unknown as StoredParameter;
}

export function requireDashboard(state: MetabaseState, id: number): StoredDashboard {
  const dashboard = state.dashboards.get(id);
  if (dashboard === undefined) throw notFound();
  return dashboard;
}

export function shownDashboard(state: MetabaseState, dashboard: StoredDashboard) {
  const cardOf = (id: number | null) => (id === null ? null : shownCard(requireCard(state, id)));
  return {
    ...dashboard,
    created_at: '2026-01-01T00:00:00Z',
    can_write: true,
    dashcards: dashboard.dashcards.map((one) => ({
      ...one,
      dashboard_id: dashboard.id,
      entity_id: 'x'.repeat(21),
      created_at: '2026-01-01T00:00:00Z',
      card: cardOf(one.card_id),
      series: one.series.map(({ id }) => cardOf(id)),
    })),
  };
}
