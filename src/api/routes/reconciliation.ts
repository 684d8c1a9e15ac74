import { z } from 'zod';
import { closeMonth, reopenMonth } from '../../reconcile/close-month.ts';
import { ClosingRefused } from '../../reconcile/closing.ts';
import { CLASSES } from '../../reconcile/finding-classes.ts';
import type { Reconciliation } from '../../reconcile/reconciliation.ts';
import { runReconciliation } from '../../reconcile/run-reconciliation.ts';
import { showClosing } from '../../reconcile/show-closing.ts';
import { listReconciliations, NoSuchReconciliation, showReconciliation } from '../../reconcile/show-reconciliation.ts';
import type { Database } from '../../store/database.ts';
import { instantOf } from '../../store/local-instant.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { snakeKeys } from '../snake-keys.ts';
import { BRIDGE, comparing, dayAfter, money } from './closing.ts';
import { FINDING, findingAs } from './findings.ts';
import { day, tenantParams } from './schemas.ts';

const instant = z.iso.datetime();
const header = {
  id: z.guid(),
  as_of: instant,
  from: instant.nullable(),
  until: instant.nullable(),
  created_at: instant,
  currency: z.string(),
  shop_orders: z.int(),
  shop_amount: money,
  erp_orders: z.int(),
  erp_amount: money,
  remainder: money,
};
const RUN = z.object({
  ...header,
  shop_as_of: instant.nullable(),
  erp_as_of: instant.nullable(),
  classes: z.array(z.object({ class: z.enum(CLASSES), findings: z.int(), flags: z.int(), amount: money, value: money.nullable() })),
  warnings: z.array(z.record(z.string(), z.unknown())),
});
const totals = z.record(z.enum(['sale', 'erp_order', 'refund', 'document']), z.object({ count: z.int(), amount: money }));
const CLOSING = z.object({
  id: z.guid(),
  month: z.string(),
  currency: z.string(),
  closed_at: instant,
  closed_by: z.string(),
  reason: z.string(),
  is_forced: z.boolean(),
  totals,
  sources: z.array(z.record(z.string(), z.unknown())),
  warnings: z.array(z.record(z.string(), z.unknown())),
  reconciliation_id: z.guid().nullable(),
  documents_bridge_id: z.guid().nullable(),
  reopened_at: instant.nullable(),
  reopened_by: z.string().nullable(),
  reopened_because: z.string().nullable(),
});
const SHOWN_CLOSING = z.object({
  closing: CLOSING,
  reconciliation: RUN.nullable(),
  documents: BRIDGE.nullable(),
  live: z.object({
    at: instant,
    totals,
    changes: z.array(
      z.object({ entity: z.string(), id: z.guid(), name: z.string().nullable(), day, closed: money.nullable(), now: money.nullable() }),
    ),
  }),
  findings: z.array(FINDING),
});
const monthParams = tenantParams.extend({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/) });
const reason = z.string().trim().min(1).max(1000).describe('Por qué; queda en la auditoría.');

/** Comparisons of shop and books, and the closing of months. */
export function reconciliationRoutes(db: Database): Route[] {
  return [
    route({
      id: 'listReconciliations',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/runs',
      summary: 'Comparaciones guardadas, la más nueva primero.',
      scope: 'read',
      params: tenantParams,
      query: z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      body: null,
      success: { status: 200, description: 'Sin sus líneas.', schema: z.object({ runs: z.array(z.object(header)) }) },
      problems: [],
      handle: async ({ params, query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return { runs: snakeKeys(await listReconciliations(db, tenant.id, query.limit)) };
      },
    }),
    route({
      id: 'showReconciliation',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/runs/{run}',
      summary: 'Una comparación como fue, línea por línea.',
      scope: 'read',
      params: tenantParams.extend({ run: z.union([z.literal('latest'), z.guid()]) }),
      query: nothing,
      body: null,
      success: { status: 200, description: 'shop_amount + clases + remainder = erp_amount.', schema: RUN },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const id = params.run === 'latest' ? null : params.run;
        return runAs(await closing(showReconciliation(db, { tenantId: tenant.id, id, limit: 0 })));
      },
    }),
    route({
      id: 'runReconciliation',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/reconciliation/runs',
      summary: 'Compara ahora la tienda con Odoo y guarda el resultado.',
      scope: 'operate',
      limited: 'queries',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({
        first_day: day.optional().describe('Primer día local, incluido; sin él, todo.'),
        last_day: day.optional().describe('Último día local, incluido.'),
      }),
      success: { status: 200, description: 'shop_amount + clases + remainder = erp_amount.', schema: RUN },
      problems: [422],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const { first_day: first, last_day: last } = body;
        if (first !== undefined && last !== undefined && first > last)
          throw new ProblemError({
            status: 400,
            code: 'empty_range',
            detail: { es: 'first_day es posterior a last_day.', en: 'first_day is after last_day.' },
          });
        const at = async (local: string | undefined) =>
          local === undefined ? null : (await instantOf(db, local, tenant.time_zone, 'day')).toISOString();
        const range = { from: await at(first), until: await at(last === undefined ? undefined : dayAfter(last)) };
        const asOf = new Date().toISOString();
        return runAs(await comparing(runReconciliation(db, { tenantId: tenant.id, asOf, ...range, limit: 0, keepOpen: true })));
      },
    }),
    route({
      id: 'showClosing',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/closings/{month}',
      summary: 'Un mes como se cerró, y lo que es hoy.',
      scope: 'read',
      limited: 'queries',
      params: monthParams,
      query: z.strictObject({ limit: z.coerce.number().int().min(0).max(1000).default(100) }),
      body: null,
      success: { status: 200, description: 'El cierre, ambos puentes y lo que cambió desde entonces.', schema: SHOWN_CLOSING },
      problems: [409],
      handle: async ({ params, query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const shown = await closing(showClosing(db, tenant.id, params.month, query.limit));
        const { reconciliation, findings, ...rest } = shown;
        return {
          ...(snakeKeys(rest) as object),
          reconciliation: reconciliation === null ? null : runAs(reconciliation),
          findings: findings.map(findingAs),
        };
      },
    }),
    route({
      id: 'closeMonth',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/reconciliation/closings/{month}/close',
      summary: 'Cierra un mes: ambos puentes, hallazgos y cada documento quedan como están.',
      scope: 'operate',
      limited: 'queries',
      params: monthParams,
      query: nothing,
      body: z.strictObject({
        reason,
        force: z.boolean().default(false).describe('Aunque un origen no esté al día o un puente no cierre.'),
      }),
      success: { status: 200, description: 'El cierre.', schema: CLOSING },
      problems: [409],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const author = { who: caller.id, reason: body.reason };
        return snakeKeys(await closing(closeMonth(db, { tenantId: tenant.id, month: params.month, force: body.force }, author)));
      },
    }),
    route({
      id: 'reopenMonth',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/reconciliation/closings/{month}/reopen',
      summary: 'Abre de nuevo un mes cerrado; lo guardado sigue guardado.',
      scope: 'operate',
      params: monthParams,
      query: nothing,
      body: z.strictObject({ reason }),
      success: { status: 200, description: 'El cierre, abierto.', schema: CLOSING },
      problems: [409],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return snakeKeys(await closing(reopenMonth(db, tenant.id, params.month, { who: caller.id, reason: body.reason })));
      },
    }),
  ];
}

function runAs({ findings: _, settings: __, tenantId: ___, ...run }: Reconciliation): unknown {
  return snakeKeys(run);
}

async function closing<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof NoSuchReconciliation)
      throw new ProblemError(
        { status: 404, code: 'run_not_found', detail: { es: 'No hay tal comparación.', en: 'There is no such comparison.' } },
        { cause: error },
      );
    if (!(error instanceof ClosingRefused)) throw error;
    throw new ProblemError(
      { status: 409, code: 'closing_refused', detail: { es: `No se puede: ${error.message}`, en: error.message } },
      { cause: error },
    );
  }
}
