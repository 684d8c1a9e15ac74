import { randomUUID } from 'node:crypto';
import { audit, type Author } from './audit.ts';
import type { Database, Query } from './database.ts';
import { addRecomputation } from './recomputations.ts';

export interface ConnectionRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly account_key: string;
  readonly settings: Record<string, unknown>;
  readonly secret_ref: string;
  readonly host: string;
  readonly status: string;
  /** Version that the source stated at the last check. */
  readonly source_version: string | null;
}

export interface NewConnection {
  readonly tenantId: string;
  readonly source: string;
  readonly name: string;
  readonly accountKey: string;
  /** Without secrets. */
  readonly settings: Record<string, unknown>;
  readonly host: string;
  readonly version: string | null;
  readonly streams: readonly { readonly name: string; readonly intervalSeconds: number }[];
}

const SET_STATUS = `update ops.connections set status = $3 where tenant_id = $1 and id = $2 and status <> $3 returning source`;
const CITING = `select 1 from public.source_orders
  where tenant_id = $1 and source = 'odoo' and (shop_order_id is not null or shop_order_name is not null) limit 1`;
const COUNT_ORDERS = 'select count(*) as n from public.source_orders where tenant_id = $1';
const COLUMNS = 'tenant_id, id, source, name, account_key, settings, secret_ref, host, status, source_version';
/** Settings by which a shop says what in the books is its own (ops.shop_claims). */
const CLAIMS = ['reference_prefixes', 'erp_stores'] as const;
const CLAIMED = 'select settings from ops.connections where tenant_id = $1 and source = $2 and account_key = $3 for update';
const SAVE = `insert into ops.connections as c (tenant_id, id, source, name, account_key, settings, secret_ref, host, source_version, checked_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
  on conflict (tenant_id, source, account_key) do update set name = excluded.name, settings = excluded.settings,
    host = excluded.host, secret_ref = excluded.secret_ref, source_version = excluded.source_version, checked_at = now()
  returning id, (xmax = 0) as made`;
const FIND = `select id from ops.connections where tenant_id = $1 and source = $2 and account_key = $3`;
const STREAMS = `insert into ops.streams as s (tenant_id, connection_id, stream, lane, interval_seconds)
  select $1, $2, r.stream, 'live', r.seconds from unnest($3::text[], $4::integer[]) as r(stream, seconds)
  on conflict (tenant_id, connection_id, stream, lane) do update set
    interval_seconds = coalesce(s.interval_set, excluded.interval_seconds), next_run_at = now()
  returning stream, interval_seconds`;
const FRESH = `insert into kpi.freshness (tenant_id, connection_id, stream, source, interval_seconds)
  select $1, $2, r.stream, $5, r.seconds from unnest($3::text[], $4::integer[]) as r(stream, seconds)
  on conflict (tenant_id, connection_id, stream) do update set interval_seconds = excluded.interval_seconds`;

/** The id a connection to this account has, or will have. Connecting the same account again keeps the id, and so all its rows. */
export async function connectionId(db: Database, tenantId: string, source: string, accountKey: string): Promise<string> {
  return (await db.query<{ id: string }>(FIND, [tenantId, source, accountKey])).rows[0]?.id ?? randomUUID();
}

/** Saves a connection and makes its streams due now. @returns the connection's id */
export async function saveConnection(db: Database, id: string, secretRef: string, connection: NewConnection): Promise<string> {
  return db.transaction(connection.tenantId, async ({ query }) => {
    const { tenantId, streams } = connection;
    const before =
      (await query<{ settings: Record<string, unknown> }>(CLAIMED, [tenantId, connection.source, connection.accountKey])).rows[0]
        ?.settings ?? {};
    const saved = await query<{ id: string; made: boolean }>(SAVE, [
      tenantId,
      id,
      connection.source,
      connection.name,
      connection.accountKey,
      JSON.stringify(connection.settings),
      secretRef,
      connection.host,
      connection.version,
    ]);
    const { id: kept, made } = saved.rows[0]!;
    const names = streams.map((s) => s.name);
    const seconds = streams.map((s) => s.intervalSeconds);
    const kepts = (await query<{ stream: string; interval_seconds: number }>(STREAMS, [tenantId, kept, names, seconds])).rows;
    const intervals = new Map(kepts.map((row) => [row.stream, row.interval_seconds]));
    await query(FRESH, [tenantId, kept, names, names.map((name) => intervals.get(name)), connection.source]);
    const author = { who: 'kpi', reason: `${connection.source} was connected` };
    if (made) await settleAfterConnection(query, tenantId, connection.source, author);
    // Which shop a reference means is settled anew when a shop says otherwise what is its own.
    if (CLAIMS.some((name) => claimOf(before, name) !== claimOf(connection.settings, name)))
      await recomputeCiting(query, tenantId, 'public.order_links', author);
    return kept;
  });
}

/**
 * Pauses a connection or lets it go on. Which Odoo documents wait for a shop order depends on the shops there are, so that is settled anew.
 * @returns false when there is no such connection, or it is so already
 */
export async function setConnectionStatus(
  db: Database,
  tenantId: string,
  id: string,
  status: 'active' | 'paused',
  author: Author,
): Promise<boolean> {
  return db.transaction(tenantId, async ({ query }) => {
    const changed = (await query<{ source: string }>(SET_STATUS, [tenantId, id, status])).rows[0];
    if (changed === undefined) return false;
    await audit(query, tenantId, author, `connection.${status}`, { connection: id, source: changed.source });
    await settleAfterConnection(query, tenantId, changed.source, author);
    return true;
  });
}

/**
 * Which shops there are, and until when they are covered, decides which Odoo documents wait: when a shop comes, goes or pauses, all that
 * cite a shop order are settled anew, also those that no batch touches any more.
 */
async function settleAfterConnection(query: Query, tenantId: string, source: string, author: Author): Promise<void> {
  if (source === 'shopify') await recomputeCiting(query, tenantId, 'public.source_orders.speaks', author);
}

const claimOf = (settings: Readonly<Record<string, unknown>>, name: (typeof CLAIMS)[number]): string =>
  JSON.stringify(settings[name] ?? []);

/** Nothing to do where no document cites a shop order. */
async function recomputeCiting(query: Query, tenantId: string, table: string, author: Author): Promise<void> {
  if ((await query(CITING, [tenantId])).rowCount === 0) return;
  const total = Number((await query<{ n: string }>(COUNT_ORDERS, [tenantId])).rows[0]!.n);
  await addRecomputation(query, tenantId, { cause: 'connection', tables: [table], total }, author);
}

export async function listConnections(
  db: Database,
  filter: { readonly tenantId?: string; readonly source?: string; readonly id?: string } = {},
): Promise<ConnectionRow[]> {
  return (
    await db.query<ConnectionRow>(
      `select ${COLUMNS} from ops.connections where ($1::uuid is null or tenant_id = $1) and ($2::text is null or source = $2)
       and ($3::uuid is null or id = $3) order by tenant_id, source, name`,
      [filter.tenantId ?? null, filter.source ?? null, filter.id ?? null],
    )
  ).rows;
}
