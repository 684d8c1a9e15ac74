import pg from 'pg';
import { asText } from './refuse.ts';
import type { StoredCard, StoredDatabase } from './state.ts';

export type Values = Readonly<Record<string, unknown>>;

/** What a query endpoint answers, with status 202 even when the statement failed. */
export type QueryResult =
  | {
      readonly status: 'completed';
      readonly row_count: number;
      readonly data: { readonly cols: readonly { readonly name: string }[]; readonly rows: readonly (readonly unknown[])[] };
    }
  | { readonly status: 'failed'; readonly error: string };

const TAG = /\{\{\s*([^}\s]+)\s*\}\}/g;
const OPTIONAL = /\[\[([\s\S]*?)\]\]/g;
const MAX_ROWS = 2000;

/** Opens a connection as the details say. */
export async function connect(details: Readonly<Record<string, unknown>>): Promise<pg.Client> {
  const client = new pg.Client({
    host: String(details['host']),
    port: Number(details['port']),
    database: String(details['dbname']),
    user: String(details['user']),
    password: String(details['password']),
    application_name: 'metabase-sandbox',
    ...(details['ssl'] === true ? { ssl: { rejectUnauthorized: false } } : {}),
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs a native card on the real database behind its connection, as Metabase would: variables are parameters, empty parts go. */
export async function runNative(database: StoredDatabase, card: Pick<StoredCard, 'sql' | 'tags'>, values: Values): Promise<QueryResult> {
  const bound: unknown[] = [];
  const valueOf = (name: string): unknown => {
    const given = values[name] ?? card.tags[name]?.default;
    const one = Array.isArray(given) ? given[0] : given;
    return one === undefined || one === null || String(one).trim() === '' ? undefined : one;
  };
  try {
    const chosen = card.sql.replaceAll(OPTIONAL, (_, part: string) =>
      [...part.matchAll(TAG)].every(([, name = '']) => valueOf(name) !== undefined) ? part : '',
    );
    if (/(?<!\?)\?(?!\?)/.test(chosen.replaceAll(/'(?:[^']|'')*'/g, ''))) throw new Error('No value specified for parameter 1');
    // As the driver sends texts: as varchar, unless the connection leaves the type open.
    const open = asText(database.details['additional-options']).includes('stringtype=unspecified');
    const statement = chosen.replaceAll(TAG, (_, name: string) => {
      const tag = card.tags[name];
      if (tag === undefined) throw new Error(`Cannot run the query: unknown template tag ${name}`);
      const value = valueOf(name);
      if (value === undefined) throw new Error(`You'll need to pick a value for '${tag['display-name']}' before this query can run.`);
      bound.push(value);
      return tag.type === 'date' ? `$${bound.length}::date` : open ? `$${bound.length}` : `$${bound.length}::varchar`;
    });
    const client = await connect(database.details);
    try {
      await client.query('set session characteristics as transaction isolation level read uncommitted');
      const result = await client.query<unknown[]>({ text: statement, values: bound, rowMode: 'array' });
      const rows = result.rows.slice(0, MAX_ROWS);
      return { status: 'completed', row_count: rows.length, data: { cols: result.fields.map(({ name }) => ({ name })), rows } };
    } finally {
      await client.end();
    }
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error.message : String(error) };
  }
}

const TABLES = `select n.nspname as schema, c.relname as table, a.attname as column
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p', 'v', 'f', 'm') and n.nspname = any($1)
    and has_schema_privilege(n.oid, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')
  order by 1, 2, a.attnum`;

/** What this role may see of these schemas: tables and their columns. */
export async function readTables(details: Readonly<Record<string, unknown>>, schemas: readonly string[]) {
  const client = await connect(details);
  try {
    return (await client.query<{ schema: string; table: string; column: string }>(TABLES, [schemas])).rows;
  } finally {
    await client.end();
  }
}
