import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { FILLINGS, type Filling } from './facts.ts';

export interface Size {
  readonly tenants: number;
  /** Sales documents of each tenant. */
  readonly orders: number;
}

const MASTERS = new URL('fill-masters.sql', import.meta.url);

/** A constraint or index that is put aside while its table is filled. */
interface PutAside {
  readonly remove: string;
  readonly restore: string;
}

/** Fills the facts of every tenant by the database alone, as the superuser. Nothing derived is made: that is what the bench measures. */
export async function fill(admin: pg.Client, size: Size, until: string, say: (text: string) => void): Promise<void> {
  const parts = (await readFile(MASTERS, 'utf8')).split(';').filter((part) => part.trim() !== '');
  for (const part of parts) await admin.query(part, [size.tenants, until]);
  const tables = [...new Set(FILLINGS.map(({ table }) => table))];
  for (const table of tables) {
    say(`filling ${table} …`);
    const aside = await indexesOf(admin, table);
    for (const { remove } of aside) await admin.query(remove);
    for (const filling of FILLINGS) if (filling.table === table) await admin.query(statement(filling), [size.orders, until]);
    for (const { restore } of aside) await admin.query(restore);
  }
  say('vacuum …');
  await admin.query('vacuum analyze');
}

function statement({ table, source, rows, kind, together, columns }: Filling): string {
  const head = {
    tenant_id: 't.id',
    id: `md5(t.id || '${kind}' || '${source}' || n)::uuid`,
    connection_id: `md5(t.id || '${source}')::uuid`,
    source: `'${source}'`,
    source_id: "n || '-' || t.id",
    source_created_at: 'a.at',
    source_updated_at: 'a.at',
    source_seq: '0',
    read_seq: '1',
    row_hash: "'\\x00'",
  };
  const all = { ...head, ...columns };
  return `insert into ${table} (${Object.keys(all).join(', ')})
    select ${Object.values(all).join(', ')}
    from (select $1::int as orders, $2::timestamptz as until) p cross join public.tenants t cross join ${rows}${together ? ' order by t.id' : ''}`;
}

/** Indexes are made after the rows: putting millions of hashed keys into them one by one takes several times as long. */
async function indexesOf(admin: pg.Client, table: string): Promise<PutAside[]> {
  const { rows } = await admin.query<PutAside>(
    `select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
         else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as remove,
       case when c.oid is null then pg_get_indexdef(i.indexrelid)
         else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) end as restore
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p'
     where i.indrelid = $1::regclass order by i.indisprimary desc`,
    [table],
  );
  return rows;
}
