import type { Database, Query } from '../store/database.ts';
import { ALERT_KINDS, KINDS, type AlertKind, type Severity } from './alert-kinds.ts';
import { sqlFile } from './sql-file.ts';

/** A rule as somebody set it. `tenantId` null: for all tenants without one of their own. */
export interface NewRule {
  readonly tenantId: string | null;
  readonly kind: AlertKind;
  /** Decimal text; null: the kind's own. */
  readonly threshold: string | null;
  /** Currency of the threshold; null for kinds that are not measured in money. */
  readonly currency: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
  readonly cooldownMinutes: number;
  readonly forMinutes: number;
  readonly enabled: boolean;
}

/** The rule that holds for a tenant, and where it comes from. */
export interface EffectiveRule extends Omit<NewRule, 'tenantId'> {
  readonly from: 'tenant' | 'all' | 'built-in';
  /** Why it is not evaluated although enabled (Spanish). */
  readonly idleBecause: string | null;
}

type StoredRule = NewRule & { readonly tenantId: string | null };

const READ = sqlFile('read-rules');
const SAVE = sqlFile('save-rule');
const REMOVE = 'delete from ops.alert_rules where tenant_id is not distinct from $1 and kind = $2';

/** The built-in rule of a kind. Money is in Chilean pesos. */
export function builtIn(kind: AlertKind): NewRule {
  const { threshold, severity, cooldownMinutes, forMinutes, options, unit } = KINDS[kind];
  const currency = unit === 'money' ? 'CLP' : null;
  return { tenantId: null, kind, threshold, currency, options: options.parse({}), severity, cooldownMinutes, forMinutes, enabled: true };
}

/** The rules that hold for a tenant, one a kind, in the list's order. */
export async function effectiveRules(query: Query, tenant: { readonly id: string; readonly currency: string }): Promise<EffectiveRule[]> {
  const stored = (await query<StoredRule>(READ, [tenant.id])).rows;
  return ALERT_KINDS.map((kind) => {
    const own = stored.find((rule) => rule.kind === kind && rule.tenantId !== null);
    const shared = stored.find((rule) => rule.kind === kind && rule.tenantId === null);
    const { tenantId: _, ...rule } = own ?? shared ?? builtIn(kind);
    const from = own !== undefined ? 'tenant' : shared !== undefined ? 'all' : 'built-in';
    const foreign = rule.currency !== null && rule.currency !== tenant.currency;
    return { ...rule, from, idleBecause: foreign ? `el umbral está en ${rule.currency} y la empresa informa en ${tenant.currency}` : null };
  });
}

/** Rules set by people: of one tenant and for all, or of everybody. */
export async function storedRules(db: Database, tenantId: string | null): Promise<StoredRule[]> {
  return (await db.query<StoredRule>(READ, [tenantId])).rows;
}

/** Sets a rule; the one that the same tenant (or all) had of this kind is replaced. */
export async function saveRule(db: Database, rule: NewRule): Promise<void> {
  await db.query(SAVE, [
    rule.tenantId,
    rule.kind,
    rule.threshold,
    rule.currency,
    JSON.stringify(rule.options),
    rule.severity,
    rule.cooldownMinutes,
    rule.forMinutes,
    rule.enabled,
  ]);
}

/** @returns whether there was one */
export async function removeRule(db: Database, tenantId: string | null, kind: AlertKind): Promise<boolean> {
  return ((await db.query(REMOVE, [tenantId, kind])).rowCount ?? 0) > 0;
}
