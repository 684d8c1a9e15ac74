import { columnsOf, type Entity } from '#contract';
import { TABLES } from './tables.ts';

// Order of the columns every stage table has before the entity's own.
const HEAD = ['id', 'source_id', 'source_created_at', 'source_updated_at', 'source_seq', 'read_seq', 'row_hash', 'raw'] as const;
const HEAD_TYPES = ['uuid', 'text', 'timestamptz', 'timestamptz', 'bigint', 'bigint', 'bytea', 'text'] as const;

/** The generated statements of one entity; the texts are constant, so they are built once. */
export interface EntityStatements {
  readonly stage: string;
  readonly createStage: string;
  readonly copy: string;
  readonly stageRest: string;
  readonly unstage: string;
  readonly plan: string;
  readonly merge: string;
  readonly raw: string;
  /** Local days of the rows about to change, or of what they belong to, as they are stored now. Null where there is no day. */
  readonly oldDays: string | null;
  /** What the rows about to change touch, as they are stored now. Null where the table touches nothing. */
  readonly oldTouched: string | null;
}

const cache = new Map<Entity, EntityStatements>();

/** Statements that write one entity: all rows of a batch at once, newer wins, unchanged rows untouched. */
export function statementsOf(entity: Entity): EntityStatements {
  const known = cache.get(entity);
  if (known !== undefined) return known;
  const made = build(entity);
  cache.set(entity, made);
  return made;
}

function build(entity: Entity): EntityStatements {
  const { table, derived, restated = {}, initial = {}, dayOf, touches, sticky = {} } = TABLES[entity];
  const stage = `stage_${entity}`;
  const columns = columnsOf(entity);
  const names = columns.map((c) => c.name);
  const types = columns.map((c) => c.pg);
  const staged = [...HEAD, ...names];
  const stagedTypes = [...HEAD_TYPES, ...types];
  const kept = ['source_id', 'source_created_at', 'source_updated_at', 'source_seq', 'read_seq', 'row_hash', ...names];
  const dated = 'business_day' in derived;
  // A row by its key, as a probe of the primary key whatever the planner believes: joined plainly, with or without statistics, it reads
  // the whole tenant for every batch, and a backfill gets slower with each (Postgres time per row tripled from 10,000 to 100,000 rows).
  const probe = (wanted: string, of: string) =>
    `lateral (select ${wanted} from ${table} x where x.tenant_id = $1 and x.id = ${of} offset 0) t`;
  const daysBefore = dated
    ? `select distinct t.business_day::text as day from ${stage} s cross join ${probe('x.business_day', 's.id')}`
    : dayOf === undefined
      ? null
      : `select distinct p.business_day::text as day from ${stage} s cross join ${probe(`x.${dayOf.column} as parent`, 's.id')}
         cross join lateral (select x.business_day from ${dayOf.table} x where x.tenant_id = $1 and x.id = t.parent offset 0) p`;
  // Rows of one parent lie together, for it is by their parent that they are read again. Under the lock no other order is needed.
  const inOrder = touches === undefined ? 's.id' : `s.${touches}, s.id`;
  // `s.source_is` lets an expression ask which source a row is from.
  const from = `(select stage.*, $3::text as source_is from ${stage} stage) s
    cross join (select $1::uuid as tenant_id, $4::text as currency, $5::text as time_zone) p`;
  return {
    stage,
    createStage: `create temp table ${stage} (${staged.map((name, i) => `${name} ${stagedTypes[i]}`).join(', ')}) on commit drop`,
    copy: `copy ${stage} (${staged.join(', ')}) from stdin`,
    stageRest: `insert into ${stage} (${staged.join(', ')}) select ${staged.map((_, i) => `r.c${i}::${stagedTypes[i]}`).join(', ')}
      from unnest(${staged.map((_, i) => `$${i + 1}::text[]`).join(', ')}) as r(${staged.map((_, i) => `c${i}`).join(', ')})`,
    unstage: `delete from ${stage} where id = any($1::uuid[])`,
    plan: `select k.ord::int as ord, case
        when t.id is null then 'new'
        when t.deleted_at is null and t.row_hash = k.row_hash then 'unchanged'
        when case when t.deleted_at is null
          then (k.updated, k.seq, k.read_seq) >= (t.source_updated_at, t.source_seq, t.read_seq)
          else k.read_seq > t.read_seq end then case when t.deleted_at is null then 'newer' else 'returning' end
        else 'stale' end as verdict
      from unnest($2::uuid[], $3::bytea[], $4::timestamptz[], $5::bigint[], $6::bigint[])
        with ordinality as k(id, row_hash, updated, seq, read_seq, ord)
      left join ${probe('x.id, x.deleted_at, x.row_hash, x.source_updated_at, x.source_seq, x.read_seq', 'k.id')} on true`,
    merge: `with written as (
        insert into ${table} as t (tenant_id, id, connection_id, source, ${[...kept, ...Object.keys(derived), ...Object.keys(initial)].join(', ')})
        select $1::uuid, s.id, $2::uuid, $3::text, ${[...kept.map((c) => restated[c] ?? `s.${c}`), ...Object.values(derived), ...Object.values(initial)].join(', ')}
        from ${from} order by ${inOrder}
        on conflict (tenant_id, id) do update set
          ${[...kept, ...Object.keys(derived)].map((c) => `${c} = ${sticky[c] ?? `excluded.${c}`}`).join(', ')},
          deleted_at = null, synced_at = now(), revision = t.revision + 1
        where t.row_hash is distinct from excluded.row_hash
          and case when t.deleted_at is null
            then (excluded.source_updated_at, excluded.source_seq, excluded.read_seq) >= (t.source_updated_at, t.source_seq, t.read_seq)
            else excluded.read_seq > t.read_seq end
        returning t.revision${dated ? ', t.business_day' : ''})
      select count(*) filter (where revision = 1)::int as inserted, count(*) filter (where revision > 1)::int as updated,
        ${dated ? 'coalesce(array_agg(distinct business_day::text), array[]::text[])' : 'array[]::text[]'} as days
      from written`,
    raw: `insert into raw.records as r (tenant_id, id, entity, connection_id, source_id, payload)
      select $1::uuid, s.id, '${entity}', $2::uuid, s.source_id, s.raw::jsonb
      from ${stage} s cross join ${probe('x.read_seq', 's.id')}
      where s.raw is not null and t.read_seq = s.read_seq order by s.id
      on conflict (tenant_id, id) do update set payload = excluded.payload, synced_at = now()`,
    oldDays: daysBefore,
    oldTouched:
      touches === undefined
        ? null
        : `select distinct t.${touches}::text as value from ${stage} s cross join ${probe(`x.${touches}`, 's.id')} where t.${touches} is not null`,
  };
}
