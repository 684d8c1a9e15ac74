import { randomUUID } from 'node:crypto';
import type { Database, TenantTransaction } from '../store/database.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { advance, type AlertState, type Finding, type Timing } from './advance.ts';
import { ALERT_KINDS, KINDS, type AlertKind } from './alert-kinds.ts';
import { messageBody, type AlertTenant } from './payload.ts';
import { effectiveRules, type EffectiveRule } from './rules.ts';
import { sqlFile } from './sql-file.ts';

export interface EvaluationOptions {
  /** Until the next evaluation. */
  readonly intervalSeconds: number;
  /** Address of a dashboard, with `{rut}`, `{tenant_id}`, `{dashboard}`; null: messages carry no link. */
  readonly link: string | null;
  /** Evaluate although it is not due. */
  readonly force?: boolean;
  /** The instant to judge at, where it is not now: what a closed day and a cooldown are counted from. */
  readonly at?: Date;
}

/** What one evaluation of a tenant came to. */
export interface Evaluation {
  readonly fired: number;
  readonly resolved: number;
  /** Kinds that could not be judged, and why (Spanish). */
  readonly unknown: Readonly<Partial<Record<AlertKind, string>>>;
  /** Kinds whose statement the database refused. */
  readonly problems: Readonly<Partial<Record<AlertKind, string>>>;
}

interface Changes {
  readonly kind: AlertKind;
  readonly rule: EffectiveRule;
  readonly states: { readonly subject: string; readonly next: AlertState | null }[];
  readonly fired: Finding[];
  readonly resolved: Finding[];
  unknown: string | null;
}

const TAKE = `select next_run_at <= clock_timestamp() as due, now() as now from ops.alert_evaluations where tenant_id = $1 for update skip locked`;
const BEGIN = 'insert into ops.alert_evaluations (tenant_id) values ($1) on conflict do nothing';
const TENANT = `select id, rut, company_name as name, currency, time_zone from public.tenants where id = $1 and status = 'active'`;
const STATES = sqlFile('read-states');
const SAVE_STATES = sqlFile('save-states');
const ADD_DELIVERY = 'insert into ops.alert_deliveries (tenant_id, id, kind, event, body) values ($1, $2, $3, $4, $5)';
const ADD_EVENTS = sqlFile('add-events');
const END = `update ops.alert_evaluations set evaluated_at = now(), next_run_at = clock_timestamp() + make_interval(secs => $2::double precision),
  unknown = $3, problems = $4 where tenant_id = $1`;

/**
 * Judges a tenant by its rules, in one transaction of the writer that is bound to the tenant: states, events and the messages to send
 * commit together or not at all, and row-level security shows the rules' statements that tenant's facts alone. (A reader role could not
 * write the outcome in the same transaction; the statements are ours, not a user's.)
 * @returns null when it is not due, another worker is at it, or the tenant is not active
 */
export function evaluateAlerts(db: Database, tenantId: string, options: EvaluationOptions): Promise<Evaluation | null> {
  return db.transaction(tenantId, async (tx) => {
    const take = async () => (await tx.query<{ due: boolean; now: Date }>(TAKE, [tenantId])).rows[0];
    let turn = await take();
    if (turn === undefined && (await tx.query(BEGIN, [tenantId])).rowCount === 1) turn = await take();
    const tenant = (await tx.query<AlertTenant>(TENANT, [tenantId])).rows[0];
    if (turn === undefined || tenant === undefined || (!turn.due && options.force !== true)) return null;

    const at = options.at ?? turn.now;
    const rules = await effectiveRules(tx.query, tenant);
    const remembered = (await tx.query<AlertState & { kind: string }>(STATES, [tenantId])).rows;
    const changes: Changes[] = [];
    const problems: Partial<Record<AlertKind, string>> = {};
    const statesOf = (kind: AlertKind) => remembered.filter((state) => state.kind === kind);
    for (const { rule, findings } of await judgeAll(tx, rules, statesOf, at)) {
      if (typeof findings === 'string') problems[rule.kind] = findings;
      else changes.push(decide(rule, statesOf(rule.kind), findings, at.getTime()));
    }
    // A kind that the code no longer has leaves nothing behind.
    const gone = remembered.filter((state) => !(ALERT_KINDS as readonly string[]).includes(state.kind));
    if (gone.length > 0)
      await tx.query('delete from ops.alert_states where tenant_id = $1 and kind = any ($2)', [tenantId, gone.map(({ kind }) => kind)]);
    for (const change of changes) await write(tx, tenant, change, at, options.link);
    const unknown = Object.fromEntries(changes.flatMap(({ kind, unknown: why }) => (why === null ? [] : [[kind, why]])));
    await tx.query(END, [tenantId, options.intervalSeconds, JSON.stringify(unknown), JSON.stringify(problems)]);
    const count = (which: 'fired' | 'resolved') => changes.reduce((sum, change) => sum + change[which].length, 0);
    return { fired: count('fired'), resolved: count('resolved'), unknown, problems };
  });
}

interface Judged {
  readonly rule: EffectiveRule;
  /** Or the code of the error with which the database refused. */
  readonly findings: Finding[] | string;
}

/**
 * Asks each kind's statement. One that fails is that kind's problem alone: then all are asked once more, each behind a savepoint of its own.
 * They only read, so that nothing is lost; thousands of tenants whose rules are sound are spared twelve statements every five minutes.
 */
async function judgeAll(
  tx: TenantTransaction,
  rules: readonly EffectiveRule[],
  statesOf: (kind: AlertKind) => readonly AlertState[],
  at: Date,
): Promise<Judged[]> {
  const together = await guarded(tx, async () => {
    const judged: Judged[] = [];
    for (const rule of rules) judged.push({ rule, findings: await judge(tx, rule, statesOf(rule.kind), at) });
    return judged;
  });
  if (typeof together !== 'string') return together;
  const apart: Judged[] = [];
  for (const rule of rules) apart.push({ rule, findings: await guarded(tx, () => judge(tx, rule, statesOf(rule.kind), at)) });
  return apart;
}

async function judge(tx: TenantTransaction, rule: EffectiveRule, states: readonly AlertState[], at: Date): Promise<Finding[]> {
  if (!rule.enabled || rule.idleBecause !== null) return [];
  const known = states.map((state) => state.subject);
  const settings = JSON.stringify({ ...rule.options, threshold: rule.threshold, known, at });
  return (await tx.query<Finding & Record<string, unknown>>(KINDS[rule.kind].sql, [tx.tenantId, settings])).rows;
}

/** @returns what `work` does, or the code of the error with which the database refused one of its statements */
async function guarded<T>(tx: TenantTransaction, work: () => Promise<T>): Promise<T | string> {
  await tx.query('savepoint rule');
  try {
    return await work();
  } catch (error) {
    const failure = describeDatabaseError(error);
    if (failure === null || failure.code === 'database_unreachable') throw error;
    await tx.query('rollback to savepoint rule');
    return failure.code;
  } finally {
    // Also after the rollback the savepoint is still there; on a lost connection there is nothing to release.
    await tx.query('release savepoint rule').catch(() => undefined);
  }
}

function decide(rule: EffectiveRule, states: readonly AlertState[], findings: readonly Finding[], now: number): Changes {
  const timing: Timing = { cooldownMs: rule.cooldownMinutes * 60_000, forMs: rule.forMinutes * 60_000 };
  const unknown = findings.find((finding) => finding.breach === null)?.because ?? null;
  const changes: Changes = { kind: rule.kind, rule, states: [], fired: [], resolved: [], unknown };
  // Nothing can be said of the kind: nothing changes.
  if (findings.some((finding) => finding.subject === '*')) return changes;
  const seen = new Map(findings.map((finding) => [finding.subject, finding]));
  const before = new Map(states.map((state) => [state.subject, state]));
  for (const subject of new Set([...seen.keys(), ...before.keys()])) {
    const state = before.get(subject) ?? null;
    // What is no longer judged (archived, disconnected, rule switched off) no longer fires, whatever it has to last.
    const finding = seen.get(subject) ?? vanished(state);
    const step = advance(state, finding, seen.has(subject) ? timing : { ...timing, forMs: 0 }, now);
    if (!same(step.next, state)) changes.states.push({ subject, next: step.next });
    if (step.event === 'firing') changes.fired.push(finding);
    if (step.event === 'resolved') changes.resolved.push({ ...finding, title: state?.title ?? finding.title });
  }
  return changes;
}

/** Whether there is nothing to write: most of what fires is as it was. */
function same(next: AlertState | null, before: AlertState | null): boolean {
  if (next === null || before === null) return next === before;
  return (Object.keys(next) as (keyof AlertState)[]).every((name) => next[name] === before[name]);
}

function vanished(state: AlertState | null): Finding {
  return {
    subject: state?.subject ?? '',
    title: state?.title ?? '',
    occasion: null,
    value: null,
    breach: false,
    because: null,
    cells: [],
  };
}

async function write(tx: TenantTransaction, tenant: AlertTenant, change: Changes, at: Date, link: string | null): Promise<void> {
  const { kind, rule } = change;
  if (change.states.length > 0) await tx.query(SAVE_STATES, [tenant.id, kind, JSON.stringify(change.states)]);
  for (const [event, findings] of [['firing', change.fired] as const, ['resolved', change.resolved] as const]) {
    if (findings.length === 0) continue;
    const deliveryId = randomUUID();
    const body = messageBody({ deliveryId, tenant, rule, event, findings, at, link });
    await tx.query(ADD_DELIVERY, [tenant.id, deliveryId, kind, event, body]);
    await tx.query(ADD_EVENTS, [tenant.id, kind, event, deliveryId, rule.threshold, rule.severity, JSON.stringify(findings)]);
  }
}
