import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** What every table of a database holds, as COPY writes it, by name. */
export async function everyTable(adminUrl: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1`,
    );
    const contents = new Map<string, string>();
    for (const { name } of rows) {
      let text = '';
      for await (const chunk of client.query(copyTo(`copy (select * from ${name}) to stdout`))) text += String(chunk);
      contents.set(name, text);
    }
    return contents;
  } finally {
    await client.end();
  }
}

/** Tables in which one of `words` is found, in any case: `word in table`. */
export function whereFound(contents: ReadonlyMap<string, string>, words: readonly string[]): string[] {
  return [...contents].flatMap(([table, text]) =>
    words.filter((word) => text.toLowerCase().includes(word.toLowerCase())).map((word) => `${word} in ${table}`),
  );
}
