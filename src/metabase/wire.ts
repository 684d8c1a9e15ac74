import { z } from 'zod';

// What is read of Metabase's answers, and the only keys that are ever sent to it. Requests are parsed by these schemas before they
// leave: a key that is not named here is dropped, so nothing of an answer can travel back (recent releases refuse unknown keys).

const id = z.number().int();

/** A variable of a native statement. */
export interface TemplateTag {
  readonly id: string;
  readonly name: string;
  readonly 'display-name': string;
  readonly type: 'text' | 'date';
}

const parameter = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  type: z.string(),
  sectionId: z.string().optional(),
  default: z.unknown().optional(),
  target: z.unknown().optional(),
  isMultiSelect: z.boolean().optional(),
  values_query_type: z.string().optional(),
  values_source_type: z.string().nullish(),
  values_source_config: z.record(z.string(), z.unknown()).optional(),
});
export type Parameter = z.infer<typeof parameter>;

const mapping = z.object({ parameter_id: z.string(), card_id: id.nullish(), target: z.unknown() });
export type ParameterMapping = z.infer<typeof mapping>;

const settings = z.record(z.string(), z.unknown());

export const requests = {
  setup: z.object({
    token: z.string(),
    user: z.object({
      first_name: z.string(),
      last_name: z.string(),
      email: z.string(),
      password: z.string(),
      site_name: z.string(),
    }),
    prefs: z.object({ site_name: z.string(), site_locale: z.string(), allow_tracking: z.literal(false) }),
    database: z.null(),
  }),
  database: z.object({
    name: z.string(),
    engine: z.literal('postgres'),
    details: z.object({
      host: z.string(),
      port: z.number(),
      dbname: z.string(),
      user: z.string(),
      password: z.string(),
      ssl: z.boolean(),
      'ssl-mode': z.string().optional(),
      'additional-options': z.string(),
      'schema-filters-type': z.literal('inclusion'),
      'schema-filters-patterns': z.string(),
      'json-unfolding': z.literal(false),
      'advanced-options': z.literal(true),
      'tunnel-enabled': z.literal(false),
    }),
    is_full_sync: z.literal(true),
    is_on_demand: z.literal(false),
    auto_run_queries: z.literal(true),
  }),
  field: z.object({
    semantic_type: z.string().nullable().optional(),
    fk_target_field_id: id.nullable().optional(),
    has_field_values: z.enum(['list', 'search', 'none']).optional(),
  }),
  collection: z.object({ name: z.string(), description: z.string().optional(), archived: z.boolean().optional() }),
  card: z.object({
    name: z.string().optional(),
    description: z.string().optional(),
    display: z.string().optional(),
    type: z.literal('question').optional(),
    entity_id: z.string().optional(),
    collection_id: id.optional(),
    dataset_query: z.unknown().optional(),
    visualization_settings: settings.optional(),
    parameters: z.array(parameter).optional(),
    archived: z.boolean().optional(),
  }),
  newDashboard: z.object({
    name: z.string(),
    description: z.string(),
    collection_id: id,
    parameters: z.array(parameter),
  }),
  dashboard: z.object({
    name: z.string().optional(),
    description: z.string().optional(),
    collection_id: id.optional(),
    archived: z.boolean().optional(),
    width: z.enum(['fixed', 'full']).optional(),
    parameters: z.array(parameter).optional(),
    tabs: z.array(z.object({ id, name: z.string() })).optional(),
    dashcards: z
      .array(
        z.object({
          id,
          card_id: id.nullable(),
          action_id: id.nullish(),
          dashboard_tab_id: id.nullish(),
          row: z.number(),
          col: z.number(),
          size_x: z.number(),
          size_y: z.number(),
          parameter_mappings: z.array(mapping),
          visualization_settings: settings,
          series: z.array(z.object({ id })),
        }),
      )
      .optional(),
    enable_embedding: z.boolean().optional(),
    embedding_params: z.record(z.string(), z.enum(['locked', 'enabled', 'disabled'])).optional(),
  }),
};

export type DatabaseRequest = z.infer<typeof requests.database>;
export type FieldRequest = z.infer<typeof requests.field>;
export type CardRequest = z.infer<typeof requests.card>;
export type DashboardRequest = z.infer<typeof requests.dashboard>;
export type DashcardRequest = NonNullable<DashboardRequest['dashcards']>[number];

const card = z.object({
  id,
  name: z.string(),
  description: z.string().nullish(),
  display: z.string(),
  database_id: id.nullish(),
  collection_id: id.nullish(),
  archived: z.boolean().nullish(),
  entity_id: z.string().nullish(),
  dataset_query: z.unknown(),
  visualization_settings: settings.nullish(),
});
export type CardAnswer = z.infer<typeof card>;

const dashcard = z.object({
  id,
  card_id: id.nullish(),
  action_id: id.nullish(),
  dashboard_tab_id: id.nullish(),
  row: z.number(),
  col: z.number(),
  size_x: z.number(),
  size_y: z.number(),
  parameter_mappings: z.array(mapping).nullish(),
  visualization_settings: settings.nullish(),
  // A card without a question (text, heading, link, iframe) has an empty one in some releases.
  card: z.union([card, z.looseObject({ id: z.undefined() })]).nullish(),
  series: z.array(card).nullish(),
});
export type DashcardAnswer = z.infer<typeof dashcard>;

const dashboard = z.object({
  id,
  name: z.string(),
  description: z.string().nullish(),
  archived: z.boolean().nullish(),
  collection_id: id.nullish(),
  width: z.string().nullish(),
  enable_embedding: z.boolean().nullish(),
  embedding_params: z.record(z.string(), z.string()).nullish(),
  parameters: z.array(parameter).nullish(),
  tabs: z.array(z.object({ id, name: z.string() })).nullish(),
  dashcards: z.array(dashcard),
});
export type DashboardAnswer = z.infer<typeof dashboard>;

const database = z.object({
  id,
  name: z.string(),
  engine: z.string().nullish(),
  details: settings.nullish(),
  initial_sync_status: z.string().nullish(),
});

export type DatabaseAnswer = z.infer<typeof database>;

const field = z.object({
  id,
  name: z.string(),
  semantic_type: z.string().nullish(),
  fk_target_field_id: id.nullish(),
  has_field_values: z.string().nullish(),
});
const metadata = z.object({
  tables: z.array(z.object({ name: z.string(), schema: z.string().nullish(), fields: z.array(field).nullish() })),
});
export type FieldAnswer = z.infer<typeof field>;
export type MetadataAnswer = z.infer<typeof metadata>;

const collection = z.object({
  // The root is "root", personal collections have an owner.
  id: z.union([id, z.string()]),
  name: z.string(),
  description: z.string().nullish(),
  archived: z.boolean().nullish(),
});
export type CollectionAnswer = z.infer<typeof collection>;

const graph = z.object({ revision: z.number(), groups: z.record(z.string(), z.record(z.string(), z.unknown())) });
export type Graph = z.infer<typeof graph>;

export const answers = {
  health: z.object({ status: z.string() }),
  session: z.object({ id: z.string() }),
  properties: z.object({ 'setup-token': z.string().nullish(), version: z.object({ tag: z.string().nullish() }).nullish() }),
  user: z.object({ id, is_superuser: z.boolean().nullish() }),
  apiKey: z.object({ unmasked_key: z.string() }),
  setting: z.union([z.string(), z.boolean(), z.number(), z.null()]).optional(),
  database,
  databases: z.object({ data: z.array(database) }),
  metadata,
  collection,
  collections: z.array(collection),
  items: z.object({ data: z.array(z.object({ id, name: z.string(), description: z.string().nullish(), model: z.string().nullish() })) }),
  card,
  cards: z.array(z.object({ id, name: z.string(), entity_id: z.string().nullish() })),
  dashboard,
  created: z.object({ id }),
  translated: z.object({ entity_ids: z.record(z.string(), z.object({ id: id.nullish(), status: z.string() })) }),
  graph,
};

const legacy = z.object({
  database: id,
  native: z.object({ query: z.string(), 'template-tags': z.record(z.string(), z.unknown()).optional() }),
});
const stages = z.object({
  database: id,
  stages: z.tuple([z.object({ native: z.string(), 'template-tags': z.record(z.string(), z.unknown()).optional() })]),
});

/** Text, tags and database of a native card, from either form (MBQL 5 since v57, legacy before). Null for any other question. */
export function nativeOf(query: unknown): { readonly sql: string; readonly tags: readonly string[]; readonly database: number } | null {
  const old = legacy.safeParse(query);
  if (old.success) {
    const { native, database: of } = old.data;
    return { sql: native.query, tags: Object.keys(native['template-tags'] ?? {}), database: of };
  }
  const next = stages.safeParse(query);
  if (!next.success) return null;
  const [stage] = next.data.stages;
  return { sql: stage.native, tags: Object.keys(stage['template-tags'] ?? {}), database: next.data.database };
}
