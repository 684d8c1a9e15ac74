import { z } from 'zod';
import type { Connector } from '#contract';
import { decideFinding, FindingGone, type Decision } from '../../reconcile/decide-finding.ts';
import { explainFinding } from '../../reconcile/explain-finding.ts';
import { CLASSES } from '../../reconcile/finding-classes.ts';
import { FINDING_STATES, TO_DO, type TrackedFinding } from '../../reconcile/finding-state.ts';
import { listFindings, NoSuchFinding, showFinding } from '../../reconcile/tracked-findings.ts';
import type { Database } from '../../store/database.ts';
import { recordUrls } from '../../store/record-urls.ts';
import { requireTenant, type Caller } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { snakeKeys } from '../snake-keys.ts';
import { money } from './closing.ts';
import { day, tenantParams } from './schemas.ts';

const instant = z.iso.datetime();
const note = z.string().trim().min(1).max(1000);
const findingParams = tenantParams.extend({ number: z.string().regex(/^\d{1,18}$/) });

export const FINDING = z.object({
  number: z.string(),
  key: z.string().describe('La misma en cada comparación: clase y documentos.'),
  class: z.enum(CLASSES),
  component: z.string().nullable(),
  state: z.enum(FINDING_STATES),
  is_there: z.boolean().describe('Si la última comparación que podía decirlo lo encontró.'),
  amount: money.describe('Odoo menos tienda; 0 si solo señala algo.'),
  value: money.nullable(),
  shop_name: z.string().nullable(),
  erp_name: z.string().nullable(),
  business_day: day,
  because: z.string().describe('En palabras.'),
  data: z.record(z.string(), z.unknown()),
  suggestion: z.array(z.record(z.string(), z.unknown())).nullable(),
  first_seen_at: instant,
  last_seen_at: instant,
  state_at: instant,
  age_days: z.int(),
  state_by: z.string().nullable().describe('Quién lo dejó en su estado; null: una comparación.'),
  note: z.string().nullable(),
});
const SHOWN = z.object({
  finding: FINDING,
  history: z.array(
    z.object({
      at: instant,
      state: z.enum(FINDING_STATES),
      amount: money,
      value: money.nullable(),
      actor: z.string().nullable(),
      note: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  documents: z.array(
    z.object({
      entity: z.enum(['order', 'invoice', 'refund']),
      source: z.string(),
      connection_id: z.guid(),
      source_id: z.string(),
      name: z.string().nullable(),
      day: day.nullable(),
      amount: money.nullable(),
      currency: z.string().nullable(),
      state: z.string().nullable(),
      deleted: z.boolean(),
      refs: z.record(z.string(), z.string()),
      url: z.string().nullable().describe('Su página en el origen.'),
    }),
  ),
});

/** Findings of the reconciliation: listed, with the documents behind them, and what a person says of them. */
export function findingRoutes(db: Database, connectors: readonly Connector[]): Route[] {
  const decide = async (caller: Caller, tenantId: string, decision: Omit<Decision, 'tenantId'>, reason: string) =>
    findingAs(await deciding(decideFinding(db, { ...decision, tenantId }, { who: caller.id, reason })));
  return [
    route({
      id: 'listFindings',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/findings',
      summary: 'Lo que difiere entre la tienda y Odoo, desde cuándo, y lo que se dijo de ello.',
      scope: 'read',
      params: tenantParams,
      query: z.strictObject({
        state: z
          .enum([...FINDING_STATES, 'to_do', 'all'])
          .default('to_do')
          .describe('to_do: abiertos y reaparecidos.'),
        class: z.enum(CLASSES).optional(),
        min_age_days: z.coerce.number().int().min(0).max(100_000).optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      body: null,
      success: { status: 200, description: 'Los de mayor monto primero.', schema: z.object({ findings: z.array(FINDING) }) },
      problems: [],
      handle: async ({ params, query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const { state, class: one = null, min_age_days: minAgeDays = null, limit } = query;
        const states = state === 'all' ? null : state === 'to_do' ? TO_DO : [state];
        const findings = await listFindings(db, { tenantId: tenant.id, states, class: one, minAgeDays, limit });
        return { findings: findings.map(findingAs) };
      },
    }),
    route({
      id: 'showFinding',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/findings/{number}',
      summary: 'Un hallazgo, su historia y los documentos detrás, con su página en cada sistema.',
      scope: 'read',
      params: findingParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'El hallazgo.', schema: SHOWN },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const { finding, history, documents } = await deciding(showFinding(db, tenant.id, params.number));
        const urlOf = await recordUrls({ db, connectors }, tenant.id);
        return {
          finding: findingAs(finding),
          history,
          documents: documents.map((one) => snakeKeys({ ...one, url: urlOf(one) })),
        };
      },
    }),
    route({
      id: 'explainFinding',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/reconciliation/findings/{number}/explain',
      summary: 'Explica por qué una diferencia está bien; vale mientras el monto no cambie.',
      scope: 'operate',
      params: findingParams,
      query: nothing,
      body: z.strictObject({ note }),
      success: { status: 200, description: 'El hallazgo, explicado.', schema: FINDING },
      problems: [409],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return decide(caller, tenant.id, { number: params.number, state: 'explained', note: body.note }, body.note);
      },
    }),
    route({
      id: 'resolveFinding',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/reconciliation/findings/{number}/resolve',
      summary: 'Da un hallazgo por resuelto; reaparece si los orígenes, leídos después, aún lo dicen.',
      scope: 'operate',
      params: findingParams,
      query: nothing,
      body: z.strictObject({ reason: note.describe('Por qué; queda en la auditoría.'), note: note.optional() }),
      success: { status: 200, description: 'El hallazgo, resuelto.', schema: FINDING },
      problems: [409],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return decide(caller, tenant.id, { number: params.number, state: 'resolved', note: body.note ?? null }, body.reason);
      },
    }),
  ];
}

/** As the interface writes it. */
export function findingAs(finding: TrackedFinding): unknown {
  return {
    ...(snakeKeys({ ...finding, data: null }) as object),
    data: finding.data,
    because: explainFinding({ ...finding, explanation: null }).es,
  };
}

async function deciding<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof NoSuchFinding)
      throw new ProblemError(
        { status: 404, code: 'finding_not_found', detail: { es: 'No hay tal hallazgo.', en: 'There is no such finding.' } },
        { cause: error },
      );
    if (!(error instanceof FindingGone)) throw error;
    const detail = {
      es: 'Los orígenes ya no lo dicen: no hay nada que decidir.',
      en: 'The sources say it no more: there is nothing to decide.',
    };
    throw new ProblemError({ status: 409, code: 'finding_gone', detail }, { cause: error });
  }
}
