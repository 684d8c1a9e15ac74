import { asText, closed, notFound, Refusal, text, type Body } from './refuse.ts';
import { connect, readTables } from './run-native.ts';
import type { MetabaseState, StoredDatabase } from './state.ts';

const DATABASE_KEYS = [
  'name',
  'engine',
  'details',
  'is_full_sync',
  'is_on_demand',
  'auto_run_queries',
  'schedules',
  'refingerprint',
  'cache_ttl',
];
const FIELD_KEYS = ['semantic_type', 'fk_target_field_id', 'has_field_values', 'visibility_type', 'display_name', 'description'];
const FULL_ACCESS = { 'view-data': 'unrestricted', 'create-queries': 'query-builder-and-native' };

export function shownDatabase(database: StoredDatabase) {
  const { id, name, details, unsynced, tables } = database;
  return {
    id,
    name,
    engine: 'postgres',
    // Secrets come back hidden.
    details: { ...details, password: '**MetabasePass**' },
    initial_sync_status: unsynced > 0 || tables.length === 0 ? 'incomplete' : 'complete',
  };
}

/** A name that exists already is accepted. The connection is tried before anything is stored. */
export async function createDatabase(state: MetabaseState, given: unknown): Promise<StoredDatabase> {
  const body = closed(given, DATABASE_KEYS, ['name', 'engine', 'details']);
  const database = { id: state.id(), name: text(body, 'name'), details: await tried(body), tables: [], unsynced: 0 };
  state.databases.set(database.id, database);
  // A new connection is open to everybody until somebody closes it.
  state.permissions.groups.set(database.id, { ...FULL_ACCESS });
  state.permissions.revision += 1;
  return database;
}

export async function updateDatabase(state: MetabaseState, id: number, given: unknown): Promise<StoredDatabase> {
  const database = requireDatabase(state, id);
  const body = closed(given, DATABASE_KEYS);
  if (body['details'] !== undefined) database.details = await tried(body);
  if (body['name'] !== undefined) database.name = text(body, 'name');
  return database;
}

/** Its cards go with it, and their places on dashboards. */
export function deleteDatabase(state: MetabaseState, id: number): void {
  requireDatabase(state, id);
  state.databases.delete(id);
  state.permissions.groups.delete(id);
  for (const card of state.cards.values()) if (card.database_id === id) state.cards.delete(card.id);
  for (const dashboard of state.dashboards.values())
    dashboard.dashcards = dashboard.dashcards.filter(({ card_id }) => card_id === null || state.cards.has(card_id));
}

export function requireDatabase(state: MetabaseState, id: number): StoredDatabase {
  const database = state.databases.get(id);
  if (database === undefined) throw notFound();
  return database;
}

async function tried(body: Body): Promise<Record<string, unknown>> {
  if (body['engine'] !== 'postgres') throw new Refusal(400, { errors: { engine: 'value must be a valid database engine.' } });
  const details = body['details'] as Record<string, unknown>;
  try {
    await (await connect(details)).end();
  } catch (error) {
    throw new Refusal(400, {
      message: `FATAL: ${(error as Error).message}`,
      errors: { user: 'check your username', password: 'check your password' },
    });
  }
  return { ...details };
}

/**
 * Reads tables and columns as the connection's role. Keys stay unknown, as a role that may only read is not shown any; but a column called
 * id is taken for one by its name.
 */
export async function sync(state: MetabaseState, database: StoredDatabase, delay: number): Promise<void> {
  const schemas = asText(database.details['schema-filters-patterns'] ?? 'public').split(',');
  const rows = await readTables(database.details, schemas);
  for (const row of rows) {
    let table = database.tables.find(({ schema, name }) => schema === row.schema && name === row.table);
    if (table === undefined) {
      table = { id: state.id(), schema: row.schema, name: row.table, fields: [] };
      database.tables.push(table);
      database.unsynced = delay;
    }
    if (table.fields.some(({ name }) => name === row.column)) continue;
    const semantic_type = row.column === 'id' ? 'type/PK' : null;
    table.fields.push({ id: state.id(), name: row.column, semantic_type, fk_target_field_id: null, has_field_values: 'search' });
  }
}

export function updateField(state: MetabaseState, id: number, given: unknown): object {
  const body = closed(given, FIELD_KEYS);
  const fields = [...state.databases.values()].flatMap(({ tables }) => tables.flatMap(({ fields: all }) => all));
  const field = fields.find((one) => one.id === id);
  if (field === undefined) throw notFound();
  const target = body['fk_target_field_id'];
  if (target !== undefined && target !== null && !fields.some((one) => one.id === target))
    throw new Refusal(400, { errors: { fk_target_field_id: 'Invalid FK target' } });
  Object.assign(field, body);
  // A column that stops being a foreign key forgets its target.
  if (field.semantic_type !== 'type/FK') field.fk_target_field_id = null;
  return field;
}
