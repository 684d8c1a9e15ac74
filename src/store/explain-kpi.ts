import { columnsOf, ENTITIES, type Entity } from '#contract';
import type { Database, Query } from './database.ts';
import type { KpiDefinition } from './kpi-catalogue.ts';
import { TABLES } from './tables.ts';

/** One record behind a number. */
export interface ExplainedRow {
  /** Kind of record; `freshness` is what this service knows of a stream, `user` a user of Clerk. */
  readonly entity: string;
  readonly id: string;
  /** What it adds to the number, as a decimal; null where nothing is added up, or the amount is not known. */
  readonly contribution: string | null;
  readonly connectionId: string | null;
  readonly source: string | null;
  readonly sourceId: string | null;
  /** Number or name it is known by, where that says nothing of a person. */
  readonly name: string | null;
  /** Source ids of the records it refers to, by column. */
  readonly refs: Readonly<Record<string, string>>;
  /** Payload as it came, after the connector's white-list; only when asked for. */
  readonly raw?: unknown;
}

export interface Explanation {
  readonly rows: readonly ExplainedRow[];
  /** How many records there are, beyond those listed. */
  readonly count: number;
  /** Sum over all of them; null when none adds anything. */
  readonly total: string | null;
}

/** Names that say nothing of a person; agents and customers have none here. What is of a product goes by the product's. */
const NAMES: Partial<Record<Entity, string>> = {
  order: 'f.name',
  product: 'f.name',
  location: 'f.name',
  inbox: 'f.name',
  workflow: 'f.name',
  execution: 'f.workflow_name',
  execution_other: 'f.workflow_name',
};

/** Local day before today in the tenant's zone. */
const YESTERDAY = `select ((now() at time zone time_zone)::date - 1)::text as day from public.tenants where id = $1`;

interface ListedRow {
  readonly entity: string;
  readonly id: string;
  readonly contribution: string | null;
  readonly count: number;
  readonly total: string | null;
}

/**
 * The records behind a KPI of a local day, largest contribution first, at most `limit` of them. Reads only, and only rows of the tenant.
 * @param request.day `YYYY-MM-DD` in the tenant's zone; null: yesterday
 * @returns with the day listed; null where the number has none
 */
export async function explainKpi(
  db: Database,
  kpi: KpiDefinition,
  request: { readonly tenantId: string; readonly day: string | null; readonly limit: number; readonly raw: boolean },
): Promise<Explanation & { readonly day: string | null }> {
  const { tenantId, limit, raw } = request;
  return db.transaction(tenantId, async ({ query }) => {
    await query('set transaction read only');
    const day = request.day ?? (await query<{ day: string }>(YESTERDAY, [tenantId])).rows[0]!.day;
    const listed = await query<ListedRow>(
      `select e.entity::text as entity, e.id::text as id, e.contribution::text as contribution, (count(*) over ())::int as count,
         (sum(e.contribution) over ())::text as total
       from (${kpi.explain}) as e order by abs(e.contribution) desc nulls last, e.entity, e.id limit $3`,
      [tenantId, day, limit],
    );
    const records = new Map<string, Omit<ExplainedRow, 'entity' | 'id' | 'contribution'>>();
    for (const entity of new Set(listed.rows.map((row) => row.entity))) {
      const ids = listed.rows.filter((row) => row.entity === entity).map((row) => row.id);
      for (const [id, record] of await recordsOf(query, tenantId, entity, ids, raw)) records.set(`${entity} ${id}`, record);
    }
    const unknown = { connectionId: null, source: null, sourceId: null, name: null, refs: {} };
    return {
      day: kpi.byDay ? day : null,
      rows: listed.rows.map(({ entity, id, contribution }) => ({
        entity,
        id,
        contribution,
        ...(records.get(`${entity} ${id}`) ?? unknown),
      })),
      count: listed.rows[0]?.count ?? 0,
      total: listed.rows[0]?.total ?? null,
    };
  });
}

interface RecordRow {
  readonly id: string;
  readonly connection_id: string | null;
  readonly source: string;
  readonly source_id: string | null;
  readonly name: string | null;
  readonly refs: Record<string, string>;
  readonly raw?: unknown;
}

async function recordsOf(query: Query, tenantId: string, entity: string, ids: readonly string[], raw: boolean) {
  const text = isEntity(entity) ? factQuery(entity, raw) : entity === 'user' ? USERS : FRESHNESS;
  const { rows } = await query<RecordRow>(text, [tenantId, ids]);
  return rows.map(({ id, connection_id, source, source_id, name, refs, ...rest }) => {
    const record = { connectionId: connection_id, source, sourceId: source_id, name, refs };
    return [id, 'raw' in rest ? { ...record, raw: rest.raw } : record] as const;
  });
}

const FRESHNESS = `select f.connection_id::text as id, f.connection_id::text as connection_id, min(f.source) as source,
    null as source_id, string_agg(f.stream, ', ' order by f.stream) as name, '{}'::jsonb as refs
  from kpi.freshness f where f.tenant_id = $1 and f.connection_id = any($2::uuid[]) group by f.connection_id`;

// Clerk's ids are no uuids; an explanation names its records by one.
const USERS = `select md5(m.user_id)::uuid::text as id, null as connection_id, 'clerk' as source, m.user_id as source_id, null as name,
    '{}'::jsonb as refs
  from public.user_tenants m where m.tenant_id = $1 and md5(m.user_id)::uuid = any($2::uuid[])`;

function isEntity(word: string): word is Entity {
  return Object.hasOwn(ENTITIES, word);
}

/** Each record by its key, and what it refers to by theirs: a plain join would read the tenant. */
function factQuery(entity: Entity, raw: boolean): string {
  const references = columnsOf(entity).filter((column) => column.ref !== null);
  const joins = references.map(({ name, ref }, at) => {
    const table = TABLES[ref as Entity].table;
    return `left join lateral (select source_id${ref === 'product' ? ', name' : ''} from ${table} where tenant_id = $1 and id = f.${name} offset 0) r${at} on true`;
  });
  const pairs = references.map(({ name }, at) => `'${name}', r${at}.source_id`);
  const product = references.findIndex(({ ref }) => ref === 'product');
  const name = NAMES[entity] ?? (product < 0 ? 'null' : `r${product}.name`);
  const payload = raw ? ', (select r.payload from raw.records r where r.tenant_id = $1 and r.id = f.id) as raw' : '';
  return `select f.id::text as id, f.connection_id::text as connection_id, f.source, f.source_id, ${name} as name,
      jsonb_strip_nulls(jsonb_build_object(${pairs.join(', ')})) as refs${payload}
    from unnest($2::uuid[]) k(id)
    cross join lateral (select * from ${TABLES[entity].table} where tenant_id = $1 and id = k.id offset 0) f
    ${joins.join('\n    ')}`;
}
