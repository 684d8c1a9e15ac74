import type { Database, TenantTransaction } from '../store/database.ts';
import { compare, type Scope, type Touched } from './compare.ts';
import { keepStates } from './keep-states.ts';
import { refuseOneSided } from './two-sides.ts';
import { sqlFile } from './sql-file.ts';

export interface OpenFindingsRequest {
  readonly tenantId: string;
  /** The instant it speaks for, UTC. */
  readonly asOf: string;
  /**
   * Orders of either side that changed (themselves, their lines, refunds, payments, documents or links), and local days to compare whole
   * (`YYYY-MM-DD`). Without it everything is compared.
   */
  readonly touched?: Partial<Touched>;
}

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
 * Keeps `ops.order_groups` and `ops.open_findings`: of what was touched, and of what time alone changes (a grace that ended), or of
 * everything. A comparison of what was touched ends where one of everything would. It becomes one of everything by itself after a change of
 * settings, or when a side became fresh or stale.
 * @throws when the tenant is unknown or has only one of the two sources
 */
export async function keepOpenFindings(db: Pick<Database, 'snapshot'>, request: OpenFindingsRequest): Promise<OpenFindingsKept> {
  const { tenantId, asOf, touched } = request;
  const { orderIds = [], days = [] } = touched ?? {};
  const some = await attempt(db, tenantId, asOf, touched === undefined ? 'all' : { orderIds, days });
  return some ?? (await attempt(db, tenantId, asOf, 'all'))!;
}

/** Null when everything must be compared instead. */
async function attempt(db: Pick<Database, 'snapshot'>, tenantId: string, asOf: string, scope: Scope): Promise<OpenFindingsKept | null> {
  return db.snapshot(tenantId, async (tx: TenantTransaction) => {
    const { query } = tx;
    await refuseOneSided(tx);
    const before = (await query<{ terms: unknown }>(LOCK, [tenantId])).rows[0]?.terms ?? null;
    await compare(tx, { asOf, from: null, until: null, graceMinutes: null }, scope);
    const { terms } = (await query<{ terms: unknown }>(TERMS)).rows[0]!;
    const whole = scope === 'all';
    if (!whole && JSON.stringify(before) !== JSON.stringify(terms)) return null;
    const days = whole ? null : (await query<{ days: string[] }>(DAYS, [tenantId])).rows[0]!.days;
    await query(KEEP_GROUPS, [tenantId, whole]);
    const { rows } = await query<{ found: number; changed: number; gone: number }>(KEEP_FINDINGS, [tenantId, whole]);
    await keepStates(tx, { whole, afterClosing: false, days });
    await query(KEEP_STATE, [tenantId, JSON.stringify(terms), asOf, whole]);
    return { ...rows[0]!, whole };
  });
}
