import type { Database, TenantTransaction } from '../store/database.ts';
import { compare, type Scope, type Touched } from './compare.ts';
import { holdOpenFindings, keepCompared, type OpenFindingsKept } from './keep-compared.ts';
import { refuseOneSided } from './two-sides.ts';

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
    await refuseOneSided(tx);
    const before = await holdOpenFindings(tx);
    await compare(tx, { asOf, from: null, until: null, graceMinutes: null }, scope);
    return keepCompared(tx, { asOf, whole: scope === 'all', before });
  });
}
