import type { Database } from './database.ts';

/** Owner of what belongs to no tenant: the content over all of them. */
export const NO_TENANT = '00000000-0000-0000-0000-000000000000';

export type MetabaseKind = 'database' | 'collection' | 'card' | 'dashboard';

/** An object of a Metabase that is ours. */
export interface MetabaseObject {
  readonly kind: MetabaseKind;
  readonly key: string;
  readonly metabaseId: number;
  readonly specHash: string;
}

/** Of whom, and in which Metabase (its origin). */
export interface MetabasePlace {
  readonly tenantId: string;
  readonly instance: string;
}

/** What of a tenant decides its content. */
export interface MetabaseTenant {
  readonly id: string;
  readonly rut: string;
  readonly companyName: string;
  readonly currency: string;
  readonly currencyDecimals: number;
  readonly timeZone: string;
  readonly industry: string;
  readonly readerRole: string | null;
  /** Generation of its password. */
  readonly readerGeneration: number;
}

/** Another run writes this tenant's content, or took it over from a run that had gone silent. */
export class MetabaseBusy extends Error {
  override readonly name = 'MetabaseBusy';
  readonly code = 'metabase_busy';
  readonly advice = 'Wait until the other run has ended, then apply again; a run that died gives way after two minutes.';
}

const TENANT = `select t.id, t.rut, t.company_name as "companyName", t.currency, t.currency_decimals as "currencyDecimals",
    t.time_zone as "timeZone", t.industry, t.reader_role as "readerRole", coalesce(p.generation, 1) as "readerGeneration"
  from public.tenants t left join ops.reader_passwords p on p.role = t.reader_role where t.id = $1`;
const LIST = `select kind, key, metabase_id::int as "metabaseId", spec_hash as "specHash" from ops.metabase_objects
  where tenant_id = $1 and instance = $2 order by kind, key`;
const INSTANCES = `select distinct instance from ops.metabase_objects where tenant_id = $1 and kind = 'database' order by instance`;
const SAVE = `insert into ops.metabase_objects as o (tenant_id, instance, kind, key, metabase_id, spec_hash)
  select $1, $2, $4, $5, $6, $7 from ops.metabase_locks where tenant_id = $1 and instance = $2 and holder = $3 for update
  on conflict (tenant_id, instance, kind, key)
  do update set metabase_id = excluded.metabase_id, spec_hash = excluded.spec_hash, applied_at = clock_timestamp()`;
const FORGET = 'delete from ops.metabase_objects where tenant_id = $1 and instance = $2 and kind = $3 and key = $4';
const TAKE = `insert into ops.metabase_locks as l (tenant_id, instance, holder, held_until)
  values ($1, $2, $3, clock_timestamp() + $4 * interval '1 second')
  on conflict (tenant_id, instance) do update set holder = excluded.holder, held_until = excluded.held_until
  where l.held_until < clock_timestamp() or l.holder = excluded.holder`;
const RENEW = `update ops.metabase_locks set held_until = clock_timestamp() + $4 * interval '1 second'
  where tenant_id = $1 and instance = $2 and holder = $3`;
const RELEASE = 'delete from ops.metabase_locks where tenant_id = $1 and instance = $2 and holder = $3';

/** A run that makes no call for this long has died, and gives way. The longest call is one request with its retries. */
const LOCK_SECONDS = 120;

/** @throws Error when the tenant does not exist */
export async function metabaseTenant(db: Database, tenantId: string): Promise<MetabaseTenant> {
  const row = (await db.query<MetabaseTenant & Record<string, unknown>>(TENANT, [tenantId])).rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return row;
}

export async function listMetabaseObjects(db: Database, place: MetabasePlace): Promise<MetabaseObject[]> {
  return (await db.query<MetabaseObject & Record<string, unknown>>(LIST, [place.tenantId, place.instance])).rows;
}

/** Metabases in which a tenant has a connection. */
export async function metabaseInstances(db: Database, tenantId: string): Promise<string[]> {
  return (await db.query<{ instance: string }>(INSTANCES, [tenantId])).rows.map(({ instance }) => instance);
}

/** The right to write one tenant's content into one Metabase, held by a row. */
export class MetabaseLock {
  readonly #db: Database;
  readonly #place: readonly [tenantId: string, instance: string];
  readonly #holder: string;

  private constructor(db: Database, place: MetabasePlace, holder: string) {
    this.#db = db;
    this.#place = [place.tenantId, place.instance];
    this.#holder = holder;
  }

  /** @throws MetabaseBusy */
  static async take(db: Database, place: MetabasePlace, holder: string): Promise<MetabaseLock> {
    const taken = await db.query(TAKE, [place.tenantId, place.instance, holder, LOCK_SECONDS]);
    if (taken.rowCount === 0) throw new MetabaseBusy('another run is writing the content of this tenant');
    return new MetabaseLock(db, place, holder);
  }

  /** Before each call that changes Metabase. @throws MetabaseBusy when another run has taken over */
  async hold(): Promise<void> {
    const held = await this.#db.query(RENEW, [...this.#place, this.#holder, LOCK_SECONDS]);
    if (held.rowCount === 0) throw new MetabaseBusy('another run has taken over the content of this tenant');
  }

  /** @throws MetabaseBusy when another run has taken over */
  async save(object: MetabaseObject): Promise<void> {
    const { kind, key, metabaseId, specHash } = object;
    const saved = await this.#db.query(SAVE, [...this.#place, this.#holder, kind, key, metabaseId, specHash]);
    if (saved.rowCount === 0) throw new MetabaseBusy('another run has taken over the content of this tenant');
  }

  async forget(kind: MetabaseKind, key: string): Promise<void> {
    await this.hold();
    await this.#db.query(FORGET, [...this.#place, kind, key]);
  }

  async release(): Promise<void> {
    await this.#db.query(RELEASE, [...this.#place, this.#holder]);
  }
}
