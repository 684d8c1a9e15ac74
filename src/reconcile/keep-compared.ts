import type { TenantTransaction } from '../store/database.ts';
import { keepStates } from './keep-states.ts';
import { sqlFile } from './sql-file.ts';

/** How many findings came, changed and went, and whether everything was compared. */
export interface OpenFindingsKept {
  readonly found: number;
  readonly changed: number;
  readonly gone: number;
  readonly whole: boolean;
}

const LOCK = `insert into ops.reconcile_state (tenant_id) values ($1) on conflict (tenant_id) do update set tenant_id = excluded.tenant_id returning terms`;
/** What decides how everything is judged: where it is another than last time, what was not touched is judged otherwise too. */
const TERMS = `select to_jsonb(t) - 'as_of' - 'today' - 'range_from' - 'range_until' - 'shop_as_of' - 'shop_until' - 'erp_as_of' - 'erp_until' as terms
  from reconcile_terms t`;
const KEEP_STATE = `update ops.reconcile_state set terms = $2, compared_at = $3, full_at = case when $4 then $3 else full_at end where tenant_id = $1`;
/** Days of what was open of these groups, and of what is found of them now. */
const DAYS = `select coalesce(array_agg(distinct x.day::text), '{}') as days from (
    select f.business_day as day from ops.open_findings f join reconcile_scope k on k.id = f.group_id where f.tenant_id = $1
    union all
    select business_day from reconcile_finding) x`;
const KEEP_GROUPS = sqlFile('keep-groups');
const KEEP_FINDINGS = sqlFile('keep-findings');

/**
 * Before a comparison whose result is kept: two of one company wait for each other, so that the later one has the last word.
 * @returns what the last one went by
 */
export async function holdOpenFindings({ query, tenantId }: TenantTransaction): Promise<unknown> {
  return (await query<{ terms: unknown }>(LOCK, [tenantId])).rows[0]?.terms ?? null;
}

/** Keeps what `compare` has just found in this transaction; null when it was not of everything but had to be. */
export async function keepCompared(
  tx: TenantTransaction,
  { asOf, whole, before }: { readonly asOf: string; readonly whole: boolean; readonly before: unknown },
): Promise<OpenFindingsKept | null> {
  const { query, tenantId } = tx;
  const { terms } = (await query<{ terms: unknown }>(TERMS)).rows[0]!;
  if (!whole && JSON.stringify(before) !== JSON.stringify(terms)) return null;
  const days = whole ? null : (await query<{ days: string[] }>(DAYS, [tenantId])).rows[0]!.days;
  await query(KEEP_GROUPS, [tenantId, whole]);
  const { rows } = await query<{ found: number; changed: number; gone: number }>(KEEP_FINDINGS, [tenantId, whole]);
  await keepStates(tx, { whole, afterClosing: false, days });
  await query(KEEP_STATE, [tenantId, JSON.stringify(terms), asOf, whole]);
  return { ...rows[0]!, whole };
}
