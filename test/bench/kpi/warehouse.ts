import type pg from 'pg';
import type { Database } from '../../../src/store/database.ts';
import { DERIVATIONS } from '../../../src/store/derivations.ts';
import { UsageError } from '../options.ts';
import { derive, nameOf } from './derive.ts';
import { fill, type Size } from './fill.ts';

export interface Warehouse {
  /** Ids in the order of their making. */
  readonly tenants: readonly string[];
  /** The instant up to which there is data. */
  readonly until: string;
}

interface Marker extends Size {
  readonly until: string;
  readonly derived: readonly string[];
}

const MARKER = `create schema if not exists bench;
  create table if not exists bench.warehouse (tenants int, orders int, until text, derived text[] not null default '{}')`;
/** How long a kept warehouse stands for the present: cards of the last 30 days read the days up to now. */
const FRESH_MS = 24 * 3_600_000;
const COVERED = `with f as (update kpi.freshness set last_batch_at = $1, last_success_at = $1, covered_until = $1)
  update ops.streams set covered_until = $1, last_success_at = $1 where lane = 'live'`;

/**
 * The filled and derived warehouse of this size: made now, or what an earlier run has made of it in the same database, as far as that came.
 * What a newer release derives besides is made for it too.
 * @throws UsageError when the database has a warehouse of another size, or one that is too old
 */
export async function readyWarehouse(admin: pg.Client, db: Database, size: Size, say: (text: string) => void): Promise<Warehouse> {
  await admin.query(MARKER);
  const { rows } = await admin.query<Marker>('select * from bench.warehouse');
  const marker = rows[0] ?? (await filled(admin, size, say));
  const anew = 'delete the folder to fill it anew.';
  if (marker.tenants !== size.tenants || marker.orders !== size.orders)
    throw new UsageError(`The kept warehouse has ${marker.tenants} tenants of ${marker.orders} orders: ask for that size, or ${anew}`);
  if (Date.now() - Date.parse(marker.until) > FRESH_MS)
    throw new UsageError(`The kept warehouse has data up to ${marker.until}, and the days since then are empty: ${anew}`);
  // Whoever measures an hour later still asks about days that are covered.
  await admin.query(COVERED, [new Date().toISOString()]);
  const tenants = await admin.query<{ id: string }>("select id from public.tenants where company_name like 'Empresa %' order by rut");
  const ids = tenants.rows.map(({ id }) => id);
  await deriveAll(admin, db, ids, marker.derived, say);
  return { tenants: ids, until: marker.until };
}

async function filled(admin: pg.Client, size: Size, say: (text: string) => void): Promise<Marker> {
  const { rows } = await admin.query('select from public.tenants limit 1');
  if (rows.length > 0) throw new UsageError('The kept warehouse was not filled to its end: delete the folder to fill it anew.');
  const until = new Date().toISOString();
  await fill(admin, size, until, say);
  await admin.query('insert into bench.warehouse (tenants, orders, until) values ($1, $2, $3)', [size.tenants, size.orders, until]);
  return { ...size, until, derived: [] };
}

async function deriveAll(admin: pg.Client, db: Database, ids: readonly string[], done: readonly string[], say: (text: string) => void) {
  const all = DERIVATIONS.map(nameOf);
  if (all.every((name) => done.includes(name))) return;
  for (const [i, id] of ids.entries()) {
    if (i % 10 === 0) say(`deriving tenant ${i + 1} of ${ids.length} …`);
    await derive(db, id, done);
    // Plans of the next tenants rest on what the first have.
    if (i === 0 || i === 9) await admin.query('analyze');
  }
  await admin.query('update bench.warehouse set derived = $1', [all]);
  say('vacuum …');
  await admin.query('vacuum analyze');
}
