import type pg from 'pg';
import { columnsOf, ENTITIES, type Entity, type Row } from '#contract';
import { settleAutomation } from './automation-effects.ts';
import { Balance } from './balance.ts';
import type { Batch } from './batch.ts';
import { commitPlace } from './commit-place.ts';
import { mergedCoverage } from './coverage.ts';
import type { Database, Query, TenantTransaction } from './database.ts';
import { EffectsCollector, type Effects } from './effects.ts';
import { lockFamilies, readVersions, type FamilyVersions } from './family-lock.ts';
import { entitiesOfGone, missingWith } from './gone-records.ts';
import { keepInventoryHistory } from './inventory-history.ts';
import { blankErased, blankErasedRefusals } from './keep-erased.ts';
import { keepLateVersions, tellsSomething, type OlderVersions } from './late-versions.ts';
import { newestOfEach, planRows, type Verdict } from './plan.ts';
import { judgeOrphans } from './orphaned-children.ts';
import { addToQuarantine, closeRecovered } from './quarantine.ts';
import { settleSales } from './sales-effects.ts';
import { addToStage, copyToStage } from './stage.ts';
import { statementsOf } from './statements.ts';
import { settleSupport } from './support-effects.ts';
import { TABLES, type Family } from './tables.ts';
import { tenantSettings } from './tenants.ts';
import { missingChildren, missingFromSnapshot, tombstone, type Missing } from './tombstones.ts';

interface Planned {
  readonly entity: Entity;
  readonly rows: Row[];
  /** Older copies within the batch. */
  readonly outdone: readonly Row[];
  verdicts: Verdict[];
  readonly staged: Set<string>;
}

/** Told when the part under the tenant's lock is over, in milliseconds since 1970; for metrics and traces. */
export interface BatchWatch {
  merged(began: number, ended: number): void;
}

/** What follows from a change in each family, called under its lock. */
export const FAMILY_EFFECTS: Partial<Record<Family, (query: Query, effects: EffectsCollector) => Promise<void>>> = {
  sales: settleSales,
  support: settleSupport,
  automation: settleAutomation,
};

/**
 * The writing transaction: plan by hashes, COPY what differs, then lock, merge, tombstones, what follows from them, counters and,
 * last, the cursor under the epoch. All of it commits or nothing does. Repeating a batch changes nothing.
 * @throws Fenced when another process has taken the lease; nothing is written then
 */
export async function writeBatch(db: Database, batch: Batch, on?: pg.PoolClient, watch?: BatchWatch): Promise<Balance> {
  return db.transaction(batch.tenantId, (tx) => write(tx, batch, watch), on);
}

async function write(tx: TenantTransaction, batch: Batch, watch?: BatchWatch): Promise<Balance> {
  const { query, tenantId } = tx;
  const balance = countIncoming(batch);
  const covered = await mergedCoverage(query, batch);
  const covers = covered !== null && batch.source === 'shopify' && batch.stream === 'orders' && batch.lane === 'live';
  const coverage = covers ? { connectionId: batch.connectionId, ...covered } : null;

  const families = familiesOf(batch, covers);
  const seen = await readVersions(query, tenantId, families);
  const plans = await plan(tx, batch, balance);
  const missing = await findMissing(query, batch, plans);
  const writes = plans.some((p) => p.staged.size > 0) || missing.length > 0 || covers;
  if (writes || (await tellsSomething(query, tenantId, plans.map(olderVersions)))) {
    const began = Date.now();
    await lockAndWrite(tx, batch, { plans, missing, seen, families, coverage, balance });
    watch?.merged(began, Date.now());
  } else {
    for (const p of plans) count(balance, p, { inserted: 0, updated: 0 });
  }

  const levels = plans.find((p) => p.entity === 'inventory_level')?.rows ?? [];
  await keepInventoryHistory(query, batch, levels);

  const place = { tenantId, connectionId: batch.connectionId, stream: batch.stream, runId: batch.runId };
  await addToQuarantine(query, place, batch.refused);
  await blankErasedRefusals(query, tenantId, batch.refused);
  await closeRecovered(query, place, batch.rows);
  await balance.save(query, tenantId, batch.runId);
  await commitPlace(query, batch, covered);
  return balance;
}

function countIncoming(batch: Batch): Balance {
  const balance = new Balance();
  for (const row of batch.rows) balance.of(row.entity).read += 1;
  for (const { entity } of batch.refused) {
    balance.of(entity).read += 1;
    balance.of(entity).quarantined += 1;
  }
  for (const { entity, rules } of batch.excluded) balance.exclude(entity, rules);
  return balance;
}

function familiesOf(batch: Batch, covers: boolean): Family[] {
  const families = new Set<Family>(batch.rows.map((row) => TABLES[row.entity].family));
  for (const entity of batch.snapshot?.entities ?? []) families.add(TABLES[entity].family);
  for (const row of batch.rows) for (const child of row.complete) families.add(TABLES[child].family);
  if (batch.gone !== undefined) for (const entity of entitiesOfGone(batch.gone)) families.add(TABLES[entity].family);
  if (covers) families.add('sales');
  return [...families].sort();
}

async function plan(tx: TenantTransaction, batch: Batch, balance: Balance): Promise<Planned[]> {
  const byEntity = new Map<Entity, Row[]>();
  for (const row of batch.rows) {
    const list = byEntity.get(row.entity);
    if (list === undefined) byEntity.set(row.entity, [row]);
    else list.push(row);
  }
  // In the order of the canonical list, which names parents before their children.
  const entities = (Object.keys(ENTITIES) as Entity[]).filter((entity) => byEntity.has(entity));
  const plans: Planned[] = [];
  for (const entity of entities) {
    const all = byEntity.get(entity)!;
    const { kept, superseded } = newestOfEach(all);
    balance.of(entity).superseded += superseded;
    const newest = new Set(kept);
    const outdone = superseded === 0 ? [] : all.filter((row) => !newest.has(row));
    plans.push({ entity, rows: kept, outdone, verdicts: await planRows(tx.query, tx.tenantId, entity, kept), staged: new Set() });
  }
  judgeOrphans(plans);
  for (const p of plans) {
    const needed = neededRows(p);
    if (needed.length > 0) await copyToStage(tx, p.entity, needed);
    for (const row of needed) p.staged.add(row.id);
  }
  return plans;
}

const olderVersions = ({ entity, rows, outdone, verdicts }: Planned): OlderVersions => ({
  entity,
  rows: [...outdone, ...rows.filter((_, i) => verdicts[i] === 'stale')],
});
const neededRows = (p: Planned) => p.rows.filter((_, i) => isNeeded(p.verdicts[i]));
const isNeeded = (verdict: Verdict | undefined) => verdict === 'new' || verdict === 'newer' || verdict === 'returning';

async function findMissing(query: Query, batch: Batch, plans: readonly Planned[]): Promise<Missing[]> {
  const present = (entity: Entity) => {
    const p = plans.find((one) => one.entity === entity);
    return p?.rows.filter((_, i) => p.verdicts[i] !== 'orphaned').map((row) => row.id) ?? [];
  };
  const parents = plans.flatMap((p) =>
    p.rows.filter((row, i) => row.complete.length > 0 && p.verdicts[i] !== 'stale' && p.verdicts[i] !== 'orphaned'),
  );
  const missing = await missingChildren(query, batch.tenantId, parents, present);
  for (const entity of batch.snapshot?.entities ?? []) {
    missing.push(
      ...(await missingFromSnapshot(query, batch.tenantId, batch.connectionId, entity, present(entity), batch.snapshot!.readSeq)),
    );
  }
  if (batch.gone !== undefined) missing.push(...(await missingWith(query, batch.tenantId, batch.gone)));
  return missing;
}

interface Work {
  readonly plans: readonly Planned[];
  readonly missing: readonly Missing[];
  readonly seen: FamilyVersions;
  readonly families: readonly Family[];
  readonly coverage: Effects['coverage'];
  readonly balance: Balance;
}

async function lockAndWrite(tx: TenantTransaction, batch: Batch, work: Work): Promise<void> {
  const { query, tenantId } = tx;
  const { plans, balance } = work;
  const moved = await lockFamilies(query, tenantId, work.families, work.seen);
  // Read under the lock: a setting that changed before it is ours has its recomputation behind it, which may have passed these rows.
  const effects = new EffectsCollector(await tenantSettings(query, tenantId), batch.source);
  effects.coverage = work.coverage;
  // Another batch committed since the plan: its rows may have made ours necessary, or old. Look again, now nothing can move.
  if (moved) await planAgain(tx, plans);
  const missing = moved ? await findMissing(query, batch, plans) : work.missing;
  for (const p of plans) {
    if (p.staged.size === 0) {
      count(balance, p, { inserted: 0, updated: 0 });
      continue;
    }
    const statements = statementsOf(p.entity);
    // Under the lock a verdict holds: rows that are all new have no days or citations of before.
    const replaces = p.verdicts.some((verdict) => verdict === 'newer' || verdict === 'returning');
    if (replaces && statements.oldDays !== null) {
      effects.addDays(
        p.entity,
        (await query<{ day: string }>(statements.oldDays, [tenantId])).rows.map((r) => r.day),
      );
    }
    if (replaces && statements.oldTouched !== null) {
      effects.addTouched(
        p.entity,
        (await query<{ value: string }>(statements.oldTouched, [tenantId])).rows.map((r) => r.value),
      );
    }
    if (replaces && p.entity === 'order') await addOldCitations(query, tenantId, effects);
    if (replaces && hasBuyer(p.entity)) await addFormerBuyers(query, tenantId, p.entity, effects);
    const params = [tenantId, batch.connectionId, batch.source, effects.tenant.currency, effects.tenant.timeZone];
    await blankErased(query, tenantId, p.entity);
    const merged = (await query<{ inserted: number; updated: number; days: string[] }>(statements.merge, params)).rows[0]!;
    await query(statements.raw, params.slice(0, 2));
    effects.addDays(p.entity, merged.days);
    effects.addRows(
      p.entity,
      p.rows.filter((row) => p.staged.has(row.id)),
      valueOf,
    );
    effects.addFresh(
      p.entity,
      p.rows.filter((row, i) => p.verdicts[i] === 'new' && p.staged.has(row.id)).map(({ id }) => id),
    );
    count(balance, p, merged);
  }
  await keepLateVersions(query, plans.map(olderVersions), effects);
  for (const gone of missing) {
    const marked = await tombstone(query, tenantId, gone);
    effects.addIds(gone.entity, marked.ids);
    effects.addDays(gone.entity, marked.days);
    effects.addTouched(gone.entity, marked.touched);
    // Its mirrors are no mirrors any more.
    if (gone.entity === 'order') addCitations(effects, (await query<Citation>(CITATIONS, [tenantId, marked.ids])).rows);
    balance.of(gone.entity).tombstoned += marked.ids.length;
  }
  for (const family of work.families) await FAMILY_EFFECTS[family]?.(query, effects);
}

async function planAgain(tx: TenantTransaction, plans: readonly Planned[]): Promise<void> {
  for (const p of plans) p.verdicts = await planRows(tx.query, tx.tenantId, p.entity, p.rows);
  judgeOrphans(plans);
  for (const p of plans) {
    const needed = new Set(neededRows(p).map((row) => row.id));
    const late = p.rows.filter((row) => needed.has(row.id) && !p.staged.has(row.id));
    const outdated = [...p.staged].filter((id) => !needed.has(id));
    if (late.length > 0) {
      if (p.staged.size === 0) await tx.query(statementsOf(p.entity).createStage);
      await addToStage(tx, p.entity, late);
      for (const row of late) p.staged.add(row.id);
    }
    if (outdated.length > 0) {
      await tx.query(statementsOf(p.entity).unstage, [outdated]);
      for (const id of outdated) p.staged.delete(id);
    }
  }
}

const OLD_CITATIONS = `select t.shop_order_id, t.shop_order_name from stage_order s
  cross join lateral (
    select x.shop_order_id, x.shop_order_name from public.source_orders x where x.tenant_id = $1 and x.id = s.id offset 0) t
  where t.shop_order_id is not null or t.shop_order_name is not null`;

const CITATIONS = `select shop_order_id, shop_order_name from public.source_orders where tenant_id = $1 and id = any($2::uuid[])`;

interface Citation {
  readonly shop_order_id: string | null;
  readonly shop_order_name: string | null;
}

async function addOldCitations(query: Query, tenantId: string, effects: EffectsCollector): Promise<void> {
  addCitations(effects, (await query<Citation>(OLD_CITATIONS, [tenantId])).rows);
}

function addCitations(effects: EffectsCollector, rows: readonly Citation[]): void {
  for (const row of rows) effects.addCited(row.shop_order_id, row.shop_order_name);
}

const hasBuyer = (entity: Entity) => entity === 'order' || entity === 'abandoned_checkout';

async function addFormerBuyers(query: Query, tenantId: string, entity: Entity, effects: EffectsCollector): Promise<void> {
  const former = await query<{ customer_id: string }>(
    `select distinct t.customer_id from stage_${entity} s
     cross join lateral (select x.customer_id from ${TABLES[entity].table} x where x.tenant_id = $1 and x.id = s.id offset 0) t
     where t.customer_id is distinct from s.customer_id and t.customer_id is not null`,
    [tenantId],
  );
  for (const { customer_id } of former.rows) effects.formerBuyers.add(customer_id);
}

function valueOf(row: Row, name: string): string | null {
  const index = columnsOf(row.entity).findIndex((column) => column.name === name);
  return row.values[index] ?? null;
}

function count(balance: Balance, p: Planned, merged: { readonly inserted: number; readonly updated: number }): void {
  const counts = balance.of(p.entity);
  const unchanged = p.rows.filter((row, i) => p.verdicts[i] === 'unchanged' && !p.staged.has(row.id)).length;
  counts.inserted += merged.inserted;
  counts.updated += merged.updated;
  counts.unchanged += unchanged;
  counts.superseded += p.rows.length - merged.inserted - merged.updated - unchanged;
}
