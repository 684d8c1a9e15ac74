import type { Entity } from '#contract';
import type { Query } from './database.ts';

/** What became of the records of one entity in a batch or run. */
export interface Counts {
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  superseded: number;
  excluded: number;
  quarantined: number;
  tombstoned: number;
}

const NONE: Counts = { read: 0, inserted: 0, updated: 0, unchanged: 0, superseded: 0, excluded: 0, quarantined: 0, tombstoned: 0 };

/** The balance of a batch: every record read is in exactly one other column. The database refuses a balance that does not add up. */
export class Balance {
  readonly byEntity = new Map<Entity, Counts>();
  readonly rules = new Map<Entity, Record<string, number>>();

  of(entity: Entity): Counts {
    const known = this.byEntity.get(entity) ?? { ...NONE };
    this.byEntity.set(entity, known);
    return known;
  }

  /** Rows that are not as they were. */
  get changed(): number {
    return [...this.byEntity.values()].reduce((sum, counts) => sum + counts.inserted + counts.updated + counts.tombstoned, 0);
  }

  exclude(entity: Entity, rules: Readonly<Record<string, number>>): void {
    const sum = Object.values(rules).reduce((a, b) => a + b, 0);
    if (sum === 0) return;
    this.of(entity).read += sum;
    this.of(entity).excluded += sum;
    const known = this.rules.get(entity) ?? {};
    for (const [rule, count] of Object.entries(rules)) known[rule] = (known[rule] ?? 0) + count;
    this.rules.set(entity, known);
  }

  /** Adds this balance to the run's, in the batch's transaction. */
  async save(query: Query, tenantId: string, runId: string): Promise<void> {
    const entities = [...this.byEntity.keys()].sort();
    if (entities.length === 0) return;
    const column = (pick: (counts: Counts) => number) => entities.map((entity) => pick(this.of(entity)));
    await query(SAVE, [
      tenantId,
      runId,
      entities,
      column((c) => c.read),
      column((c) => c.inserted),
      column((c) => c.updated),
      column((c) => c.unchanged),
      column((c) => c.superseded),
      column((c) => c.excluded),
      column((c) => c.quarantined),
      column((c) => c.tombstoned),
      entities.map((entity) => JSON.stringify(this.rules.get(entity) ?? {})),
    ]);
  }
}

const SAVE = `
insert into ops.run_counts as c (tenant_id, run_id, entity, read, inserted, updated, unchanged, superseded, excluded, quarantined,
  tombstoned, excluded_rules)
select $1, $2, b.* from unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[],
  $11::bigint[], $12::jsonb[]) as b
on conflict (tenant_id, run_id, entity) do update set
  read = c.read + excluded.read, inserted = c.inserted + excluded.inserted, updated = c.updated + excluded.updated,
  unchanged = c.unchanged + excluded.unchanged, superseded = c.superseded + excluded.superseded, excluded = c.excluded + excluded.excluded,
  quarantined = c.quarantined + excluded.quarantined, tombstoned = c.tombstoned + excluded.tombstoned,
  excluded_rules = case when excluded.excluded_rules = '{}' then c.excluded_rules else (
    select coalesce(jsonb_object_agg(key, total), '{}') from (
      select key, sum(value::bigint) as total from (
        select * from jsonb_each_text(c.excluded_rules) union all select * from jsonb_each_text(excluded.excluded_rules)) both_rules
      group by key) summed) end`;
