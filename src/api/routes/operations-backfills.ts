import { z } from 'zod';
import { showBackfills, type BackfillRow } from '../../store/backfills.ts';
import { cancelBackfill, pauseBackfill, resumeBackfill, type StateChange } from '../../store/backfill-states.ts';
import type { Database } from '../../store/database.ts';
import type { Author } from '../../store/audit.ts';
import { enqueueBackfill } from '../../store/streams.ts';
import { listTenants } from '../../store/tenants.ts';
import type { BackfillTenant } from '../../sync/backfill-targets.ts';
import { planBackfills, type BackfillPlan } from '../../sync/plan-backfills.ts';
import { startBackfills, type BackfillDeps } from '../../sync/start-backfill.ts';
import { requireTenant, type Caller } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import {
  BACKFILL,
  backfillOf,
  backfillProblem,
  named,
  NAMES,
  PLAN,
  SCOPE,
  SHOWN_BACKFILL,
  shownBackfill,
  START,
} from './backfill-schemas.ts';
import { namedTenant } from './schemas.ts';

const WHO = {
  tenants: z.array(namedTenant).min(1).max(1000).optional().describe('Empresas; todas las de la credencial, si se omite.'),
  source: named.optional().describe('Solo esta fuente.'),
  stream: named.optional().describe('Solo este flujo.'),
};
const idParams = z.object({ backfill_id: z.guid() });

export interface OperationsDeps extends BackfillDeps {
  /** Steady rate of requests to one account, for estimates. */
  readonly requestsPerSecond: number;
}

/** The operations of `kpi backfill`, over the tenants that the caller may operate. */
export function operationsBackfillRoutes(deps: OperationsDeps): Route[] {
  const { db } = deps;
  return [
    route({
      id: 'planBackfills',
      method: 'POST',
      path: '/api/operations/backfills/plan',
      summary: 'Qué haría una relectura, sin hacer nada: tramos, registros según la fuente, solicitudes y minutos.',
      scope: 'operate',
      params: nothing,
      query: nothing,
      body: z.strictObject({ ...WHO, ...SCOPE }),
      success: { status: 200, description: 'Cada número dice si es exacto, un mínimo o estimado.', schema: PLAN },
      problems: [422],
      handle: async ({ body, caller, countTenant, signal }) => {
        const tenants = await tenantsOf(db, caller, body.tenants, countTenant);
        const { slice_days: sliceDays, only_missing: onlyMissing, source, stream, from, until } = body;
        try {
          return planOf(await planBackfills(deps, { source, stream, from, until, sliceDays, onlyMissing, tenants, names: NAMES }, signal));
        } catch (error) {
          throw backfillProblem(error);
        }
      },
    }),
    route({
      id: 'startBackfills',
      method: 'POST',
      path: '/api/operations/backfills',
      summary: 'Encola relecturas: una por flujo de cada conexión.',
      scope: 'operate',
      params: nothing,
      query: nothing,
      body: z.strictObject({ ...WHO, ...SCOPE, ...START }),
      success: {
        status: 202,
        description: 'Lo encolado, lo que ya abarca otra relectura, y aquello en que no falta nada.',
        schema: z.object({
          started: z.array(z.object({ id: z.guid(), rut: z.string(), source: z.string(), stream: z.string(), slices: z.int().min(1) })),
          refused: z.array(z.object({ rut: z.string(), source: z.string(), stream: z.string(), by: z.guid() })),
          complete: z.array(z.object({ rut: z.string(), source: z.string(), stream: z.string(), compared: z.boolean() })),
        }),
      },
      problems: [409, 422],
      handle: async ({ body, caller, countTenant, signal }) => {
        const tenants = await tenantsOf(db, caller, body.tenants, countTenant);
        const { slice_days: sliceDays, only_missing: onlyMissing, tenants: _named, source, stream, ...wish } = body;
        const asked = { ...wish, source, stream, sliceDays, onlyMissing, tenants, requestedBy: caller.id, names: NAMES };
        try {
          const { started, refused, complete } = await startBackfills(deps, asked, signal);
          return { started, refused, complete };
        } catch (error) {
          throw backfillProblem(error);
        }
      },
    }),
    route({
      id: 'listAllBackfills',
      method: 'GET',
      path: '/api/operations/backfills',
      summary: 'Relecturas de las empresas de la credencial, o de una.',
      scope: 'operate',
      params: nothing,
      query: z.strictObject({
        tenant_id: namedTenant.optional(),
        open: z.enum(['true', 'false']).default('false').describe('Solo las que no han terminado.'),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      body: null,
      success: { status: 200, description: 'La más nueva primero.', schema: z.object({ backfills: z.array(BACKFILL) }) },
      problems: [],
      handle: async ({ query, caller, countTenant }) => {
        const one = query.tenant_id === undefined ? null : await requireTenant(db, caller, query.tenant_id);
        if (one !== null) await countTenant(one.id);
        const tenants = one === null ? caller.tenants : [one.id];
        const filter = { open: query.open === 'true', limit: query.limit };
        const rows = await showBackfills(db, tenants === 'all' ? filter : { ...filter, tenantIds: tenants });
        return { backfills: rows.map(backfillOf) };
      },
    }),
    route({
      id: 'showBackfill',
      method: 'GET',
      path: '/api/operations/backfills/{backfill_id}',
      summary: 'Una relectura con sus tramos.',
      scope: 'operate',
      params: idParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'Su avance.', schema: SHOWN_BACKFILL },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const row = await requireBackfill(db, caller, params.backfill_id);
        await countTenant(row.tenant_id);
        return shownBackfill(db, row);
      },
    }),
    ...(['pause', 'resume', 'cancel'] as const).map((action) => stateRoute(db, action)),
  ];
}

type Action = 'pause' | 'resume' | 'cancel';
const SUMMARIES: Readonly<Record<Action, string>> = {
  pause: 'Detiene una relectura por ahora; en segundos nadie sigue leyendo.',
  resume: 'Sigue donde quedó; una que espera a su fuente la intenta de inmediato.',
  cancel: 'La termina; lo que guardó queda.',
};

function stateRoute(db: Database, action: Action): Route {
  return route({
    id: `${action}Backfill`,
    method: 'POST',
    path: `/api/operations/backfills/{backfill_id}/${action}`,
    summary: SUMMARIES[action],
    scope: 'operate',
    params: idParams,
    query: nothing,
    body: z.strictObject({
      reason: z.string().min(1).max(200).default('pedido por la API'),
      ...(action === 'resume' ? { accept: z.boolean().default(false).describe('Los registros rechazados se quedan en cuarentena.') } : {}),
    }),
    success: { status: 200, description: 'Como quedó.', schema: SHOWN_BACKFILL },
    problems: [409],
    handle: async ({ params, body, caller, countTenant }) => {
      const row = await requireBackfill(db, caller, params.backfill_id);
      await countTenant(row.tenant_id);
      const accept = 'accept' in body && body.accept === true;
      const change = await apply(db, action, row, { who: caller.id, reason: body.reason }, accept);
      if (change === null || !change.changed)
        throw new ProblemError({
          status: 409,
          code: 'wrong_state',
          detail: { es: 'En su estado actual no se puede.', en: 'Its present state does not allow that.' },
          more: { state: change?.state ?? row.state },
        });
      return shownBackfill(db, await requireBackfill(db, caller, row.id));
    },
  });
}

async function apply(db: Database, action: Action, row: BackfillRow, author: Author, accept: boolean): Promise<StateChange | null> {
  const { tenant_id: tenantId, id } = row;
  if (action === 'pause') return pauseBackfill(db, tenantId, id, author);
  if (action === 'cancel') return cancelBackfill(db, tenantId, id, author);
  const change = await resumeBackfill(db, tenantId, id, author, accept);
  if (change?.changed === true) await enqueueBackfill(db, tenantId, id);
  return change;
}

/** @throws ProblemError 404, in the same words whether there is none or it is another company's */
async function requireBackfill(db: Database, caller: Caller, id: string): Promise<BackfillRow> {
  const [row] = await showBackfills(db, { id });
  if (row !== undefined && (caller.tenants === 'all' || caller.tenants.includes(row.tenant_id))) return row;
  throw new ProblemError({
    status: 404,
    code: 'backfill_not_found',
    detail: { es: 'No hay tal relectura entre las suyas.', en: 'There is no such backfill among yours.' },
  });
}

async function tenantsOf(
  db: Database,
  caller: Caller,
  wanted: readonly string[] | undefined,
  count: (tenantId: string) => Promise<void>,
): Promise<BackfillTenant[]> {
  if (wanted === undefined) {
    const { tenants: mine } = caller;
    return (await listTenants(db)).filter(({ id, status }) => status === 'active' && (mine === 'all' || mine.includes(id)));
  }
  const tenants = new Map<string, BackfillTenant>();
  for (const name of wanted) {
    const tenant = await requireTenant(db, caller, name);
    if (!tenants.has(tenant.id)) await count(tenant.id);
    tenants.set(tenant.id, tenant);
  }
  return [...tenants.values()];
}

function planOf({ backfills, leftOut, total }: BackfillPlan): z.input<typeof PLAN> {
  return {
    backfills: backfills.map(({ company_name: _name, time_zone: _zone, pace, slices, notices, ...one }) => ({
      ...one,
      slices: [...slices],
      notices: [...notices],
      pace: {
        rows_per_second: pace.rowsPerSecond,
        rows_per_request: pace.rowsPerRequest,
        rows_per_record: pace.rowsPerRecord,
        origin: pace.origin,
      },
    })),
    left_out: leftOut.map(({ tenant, ...one }) => ({ tenant_id: tenant.id, ...one })),
    total,
  };
}
