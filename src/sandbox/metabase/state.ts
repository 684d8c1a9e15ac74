import { randomBytes } from 'node:crypto';

export interface Field {
  readonly id: number;
  readonly name: string;
  semantic_type: string | null;
  fk_target_field_id: number | null;
  has_field_values: string;
}

export interface Table {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly fields: Field[];
}

export interface StoredDatabase {
  readonly id: number;
  name: string;
  details: Record<string, unknown>;
  tables: Table[];
  /** Looks at the metadata that still find nothing: the sync runs behind the request. */
  unsynced: number;
}

export interface StoredCard {
  readonly id: number;
  readonly entity_id: string;
  name: string;
  description: string | null;
  display: string;
  collection_id: number | null;
  archived: boolean;
  database_id: number;
  sql: string;
  tags: Record<string, { readonly name: string; readonly type: string; readonly 'display-name': string; readonly default?: unknown }>;
  parameters: unknown[];
  visualization_settings: Record<string, unknown>;
}

export interface StoredDashcard {
  readonly id: number;
  card_id: number | null;
  action_id: number | null;
  dashboard_tab_id: number | null;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  parameter_mappings: { parameter_id: string; card_id?: number; target: unknown }[];
  visualization_settings: Record<string, unknown>;
  series: { id: number }[];
}

export interface StoredParameter {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly type: string;
  readonly default?: unknown;
}

export interface StoredDashboard {
  readonly id: number;
  name: string;
  description: string | null;
  collection_id: number | null;
  archived: boolean;
  width: string;
  enable_embedding: boolean;
  embedding_params: Record<string, string>;
  parameters: StoredParameter[];
  tabs: { id: number; name: string }[];
  dashcards: StoredDashcard[];
}

export interface StoredCollection {
  readonly id: number;
  name: string;
  description: string | null;
  archived: boolean;
}

/** Everything a Metabase knows. Tests may look into it and change it, as a person at the screen would. */
export class MetabaseState {
  setupToken: string | null = randomBytes(16).toString('hex');
  admin: { readonly email: string; readonly password: string } | null = null;
  readonly sessions = new Set<string>();
  /** Keys and the group each acts for. */
  readonly apiKeys = new Map<string, { readonly name: string; readonly group: number }>();
  readonly settings = new Map<string, unknown>([['enable-public-sharing', true]]);
  /** Settings that the environment fixes. */
  readonly fixed = new Set<string>();
  readonly databases = new Map<number, StoredDatabase>();
  readonly collections = new Map<number, StoredCollection>();
  readonly cards = new Map<number, StoredCard>();
  readonly dashboards = new Map<number, StoredDashboard>();
  readonly permissions = { revision: 1, groups: new Map<number, Record<string, unknown>>() };
  readonly access = { revision: 1, groups: new Map<string, string>([['root', 'write']]) };
  #next = 0;

  /** Ids are drawn from one sequence, so that a mixed-up kind shows. */
  id(): number {
    this.#next += 1;
    return this.#next;
  }

  get embedding(): boolean {
    return this.settings.get('enable-embedding-static') === true;
  }
}
