import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import { RETENTION, type RetentionKind } from './retention-kinds.ts';
import { sqlFile } from './sql-file.ts';

/** How long a tenant's things of one kind, or one stream's payloads, are kept. */
export interface RetentionSetting {
  readonly kind: RetentionKind;
  /** Set when it is about one stream's payloads. */
  readonly source: string | null;
  readonly stream: string | null;
  readonly days: number;
  readonly set_by: string | null;
  readonly set_at: Date | null;
}

/** What a tenant's retention is, and how its last night went. */
export interface RetentionView {
  readonly settings: readonly RetentionSetting[];
  readonly last: { readonly ended_at: Date; readonly deleted: Readonly<Record<string, number>> } | null;
}

export interface RetentionChange {
  readonly kind: RetentionKind;
  readonly of: { readonly source: string; readonly stream: string; readonly entities: readonly string[] } | null;
  /** Null: as long as everybody's. */
  readonly days: number | null;
}

const READ = `select kind, nullif(source, '') as source, nullif(stream, '') as stream, days, set_by, set_at from ops.retention
  where tenant_id = $1 order by kind, source, stream`;
const LAST = 'select ended_at, deleted from ops.retention_runs where tenant_id = $1';
const SET = `insert into ops.retention as r (tenant_id, kind, source, stream, entities, days, set_by) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant_id, kind, source, stream) do update
  set entities = excluded.entities, days = excluded.days, set_by = excluded.set_by, set_at = clock_timestamp()`;
const UNSET = 'delete from ops.retention where tenant_id = $1 and kind = $2 and source = $3 and stream = $4';
const LATE = `select t.id as tenant_id, t.rut, t.company_name,
    extract(day from clock_timestamp() - coalesce(r.ended_at, t.created_at))::int as days
  from public.tenants t left join ops.retention_runs r on r.tenant_id = t.id
  where t.status <> 'erased' and coalesce(r.ended_at, t.created_at) < clock_timestamp() - make_interval(days => $1::integer)
  order by days desc, t.rut`;
const ENQUEUE = `select ops.enqueue('retention', json_build_object('tenant_id', $1::uuid), job_key => 'retention:' || $1::uuid, priority => 20)`;
const ENQUEUE_NIGHTLY = sqlFile('retention-enqueue');

export async function showRetention(db: Database, tenantId: string): Promise<RetentionView> {
  const stored = (await db.query<RetentionSetting>(READ, [tenantId])).rows;
  const usual = RETENTION.filter(({ kind }) => !stored.some((row) => row.kind === kind && row.stream === null)).map(
    ({ kind, defaultDays: days }): RetentionSetting => ({ kind, source: null, stream: null, days, set_by: null, set_at: null }),
  );
  const order = (row: RetentionSetting) => RETENTION.findIndex(({ kind }) => kind === row.kind) * 2 + (row.stream === null ? 0 : 1);
  return {
    settings: [...usual, ...stored].sort((a, b) => order(a) - order(b)),
    last: (await db.query<NonNullable<RetentionView['last']>>(LAST, [tenantId])).rows[0] ?? null,
  };
}

/** Changes how long something is kept; what is too old by then goes with the next night's run. */
export async function setRetention(db: Database, tenantId: string, change: RetentionChange, author: Author): Promise<void> {
  const { kind, of, days } = change;
  const key = [tenantId, kind, of?.source ?? '', of?.stream ?? ''];
  await db.transaction(tenantId, async ({ query }) => {
    if (days === null) await query(UNSET, key);
    else await query(SET, [...key, of?.entities ?? [], days, author.who]);
    await audit(query, tenantId, author, 'retention.set', { kind, source: of?.source ?? null, stream: of?.stream ?? null, days });
  });
}

/** Queues a job for each tenant whose night it is and that had none since yesterday; late ones at any hour. @returns how many */
export async function enqueueRetention(db: Database): Promise<number> {
  return (await db.query(ENQUEUE_NIGHTLY)).rowCount ?? 0;
}

/** Queues the next piece of one tenant's. */
export async function enqueueMoreRetention(db: Database, tenantId: string): Promise<void> {
  await db.query(ENQUEUE, [tenantId]);
}

export interface LateRetention {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  /** Since the last time nothing was left to remove, or since the tenant is there. */
  readonly days: number;
}

/** Tenants whose nights have brought nothing for more than so many days. */
export async function lateRetention(db: Database, days: number): Promise<LateRetention[]> {
  return (await db.query<LateRetention & Record<string, unknown>>(LATE, [days])).rows;
}
