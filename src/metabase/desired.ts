import type { Card, Dashboard, Filter } from '../dashboards/dashboard.ts';
import { NO_TENANT, type MetabaseTenant } from '../store/metabase-objects.ts';
import { cardQuery, LOCKED } from './card-query.ts';
import { connectionDetails, type Reach } from './connection-details.ts';
import { entityIdOf, markerOf, parameterIdOf } from './identity.ts';
import { visualizationOf } from './visualization.ts';
import type { DatabaseRequest, Parameter, ParameterMapping, TemplateTag } from './wire.ts';

export interface DesiredCard {
  /** `ventas/ticket_medio`. */
  readonly key: string;
  readonly entityId: string;
  readonly name: string;
  readonly description: string;
  readonly display: string;
  readonly visualization: Readonly<Record<string, unknown>>;
  readonly sql: string;
  readonly tags: Readonly<Record<string, TemplateTag>>;
  readonly parameters: readonly Parameter[];
  readonly place: { readonly row: number; readonly col: number; readonly size_x: number; readonly size_y: number };
  /** Which of the dashboard's parameters reach which tag; `card_id` is filled in once it is known. */
  readonly mappings: readonly ParameterMapping[];
}

export interface DesiredDashboard {
  readonly key: Dashboard['key'];
  readonly name: string;
  readonly description: string;
  readonly marker: string;
  readonly parameters: readonly Parameter[];
  readonly cards: readonly DesiredCard[];
  /** Empty: never embedded. */
  readonly embeddingParams: Readonly<Record<string, 'locked' | 'enabled'>>;
}

/** Everything that belongs into Metabase for one tenant, or for the analyst over all of them. */
export interface Desired {
  /** The tenant, or NO_TENANT. */
  readonly owner: string;
  /** The connection is known by the beginning of its name. */
  readonly database: { readonly prefix: string; readonly request: DatabaseRequest };
  readonly collection: { readonly name: string; readonly description: string; readonly marker: string };
  readonly dashboards: readonly DesiredDashboard[];
  /** Whether these are all of them: then what else is ours is no longer wanted. */
  readonly complete: boolean;
}

/** @throws Error when the tenant has no role to read with, or a card cannot be stated for Metabase */
export function desiredForTenant(tenant: MetabaseTenant, dashboards: readonly Dashboard[], reach: Reach): Desired {
  if (tenant.readerRole === null)
    throw new Error(`tenant ${tenant.rut} has no role to read with; only tenants made by "kpi tenant add" have one`);
  const locked: Parameter[] = LOCKED.map(({ slug, title }) => ({
    id: parameterIdOf(slug),
    name: title,
    slug,
    type: 'string/=',
    sectionId: 'string',
    isMultiSelect: false,
    // So that an operator who opens the dashboard inside Metabase sees it filled. An embedding takes it from the token or refuses.
    default: [slug === 'rut' ? tenant.rut : tenant.id],
  }));
  const money = { currency: tenant.currency, decimals: tenant.currencyDecimals };
  const fits = (card: Card) => card.industries === undefined || (card.industries as readonly string[]).includes(tenant.industry);
  return {
    owner: tenant.id,
    database: databaseOf(
      `t:${tenant.id}`,
      tenant.companyName,
      connectionDetails(reach, tenant.readerRole, `metabase-${tenant.readerRole}`, tenant.readerGeneration),
    ),
    collection: collectionOf(tenant.id, `${tenant.companyName} (${tenant.rut})`),
    dashboards: sharing(
      dashboards
        .filter(({ audience }) => audience === 'tenant')
        .map((one) =>
          dashboardOf(tenant.id, { ...one, cards: one.cards.filter(fits) }, { timeZone: tenant.timeZone, money, locked, embedded: true }),
        ),
    ),
    complete: true,
  };
}

/** The content over all tenants: its own connection as the analyst, its own collection, never embedded. */
export function desiredForAnalyst(dashboards: readonly Dashboard[], reach: Reach): Desired {
  const options = { timeZone: 'America/Santiago', money: null, locked: [], embedded: false };
  return {
    owner: NO_TENANT,
    database: databaseOf('kpi:analyst', '(todas las empresas)', connectionDetails(reach, 'kpi_analyst', 'metabase-analyst')),
    collection: collectionOf(NO_TENANT, 'Ejecutiva (todas las empresas)'),
    dashboards: dashboards.filter(({ audience }) => audience === 'analyst').map((one) => dashboardOf(NO_TENANT, one, options)),
    complete: true,
  };
}

/** Cards that are the same on several dashboards are one card in Metabase, that of the first: fewer requests, and one place to repair. */
function sharing(dashboards: readonly DesiredDashboard[]): DesiredDashboard[] {
  const first = new Map<string, DesiredCard>();
  const shared = (card: DesiredCard): DesiredCard => {
    const { key: _, entityId: __, place, mappings, ...content } = card;
    const what = JSON.stringify(content);
    const known = first.get(what);
    if (known === undefined) first.set(what, card);
    return known === undefined ? card : { ...known, place, mappings };
  };
  return dashboards.map((dashboard) => ({ ...dashboard, cards: dashboard.cards.map(shared) }));
}

function databaseOf(prefix: string, name: string, details: DatabaseRequest['details']): Desired['database'] {
  const fixed = { engine: 'postgres', is_full_sync: true, is_on_demand: false, auto_run_queries: true } as const;
  return { prefix, request: { name: `${prefix} ${name}`, ...fixed, details } };
}

function collectionOf(owner: string, name: string): Desired['collection'] {
  const marker = markerOf(owner, 'collection');
  return { name, marker, description: `Tableros que mantiene el servicio de indicadores: lo que se cambie a mano se repone. ${marker}` };
}

interface DashboardOptions {
  readonly timeZone: string;
  readonly money: { readonly currency: string; readonly decimals: number } | null;
  readonly locked: readonly Parameter[];
  readonly embedded: boolean;
}

function dashboardOf(owner: string, dashboard: Dashboard, options: DashboardOptions): DesiredDashboard {
  const marker = markerOf(owner, dashboard.key);
  const parameters = [...dashboard.filters.map(parameterOf), ...options.locked];
  const rows = packedRows(dashboard.cards);
  const cards = dashboard.cards.map((card) => cardOf(owner, dashboard, card, parameters, rows(card.at.row), options));
  const embedding = parameters.map(({ slug }) => [slug, options.locked.some((one) => one.slug === slug) ? 'locked' : 'enabled'] as const);
  return {
    key: dashboard.key,
    name: dashboard.title,
    description: `${dashboard.description}\n\n${marker}`,
    marker,
    parameters,
    cards,
    embeddingParams: options.embedded ? Object.fromEntries(embedding) : {},
  };
}

function cardOf(
  owner: string,
  dashboard: Dashboard,
  card: Card,
  parameters: readonly Parameter[],
  row: number,
  { timeZone, money, embedded }: DashboardOptions,
): DesiredCard {
  const { sql, tags } = cardQuery(card, { filters: dashboard.filters, timeZone, guarded: embedded });
  const target = (slug: string) => ['variable', ['template-tag', slug]];
  return {
    key: `${dashboard.key}/${card.key}`,
    entityId: entityIdOf(owner, dashboard.key, card.key),
    name: card.title,
    description: card.description,
    display: card.display,
    visualization: visualizationOf(card, money),
    sql,
    tags,
    parameters: Object.values(tags).map((tag) => ({
      id: tag.id,
      name: tag['display-name'],
      slug: tag.name,
      type: tag.type === 'date' ? 'date/single' : 'string/=',
      target: target(tag.name),
    })),
    place: { row, col: card.at.column, size_x: card.at.width, size_y: card.at.height },
    mappings: parameters.filter(({ slug }) => slug in tags).map(({ id, slug }) => ({ parameter_id: id, target: target(slug) })),
  };
}

function parameterOf({ slug, title, type, choices }: Filter): Parameter {
  const common = { id: parameterIdOf(slug), name: title, slug };
  if (type === 'date') return { ...common, type: 'date/single', sectionId: 'date' };
  return {
    ...common,
    type: 'string/=',
    sectionId: 'string',
    isMultiSelect: false,
    ...(choices === undefined
      ? { values_query_type: 'none' }
      : { values_query_type: 'list', values_source_type: 'static-list', values_source_config: { values: [...choices] } }),
  };
}

/** Cards that an industry leaves out leave no gap: rows of the grid that nothing stands in are taken out. */
function packedRows(cards: readonly Card[]): (row: number) => number {
  const taken = new Set(cards.flatMap(({ at }) => Array.from({ length: at.height }, (_, i) => at.row + i)));
  return (row) => Array.from({ length: row }, (_, i) => i).filter((i) => taken.has(i)).length;
}
