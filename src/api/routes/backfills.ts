import { z } from 'zod';
import { showBackfills } from '../../store/backfills.ts';
import { startBackfills, type BackfillDeps } from '../../sync/start-backfill.ts';
import { requireTenant } from '../auth/caller.ts';
import { nothing, route, type Route } from '../route.ts';
import { BACKFILL, backfillOf, backfillProblem, named, NAMES, SCOPE, START } from './backfill-schemas.ts';
import { tenantParams } from './schemas.ts';

/** Date ranges of one tenant's streams read again. `/api/operations/backfills` does the same over tenants. */
export function backfillRoutes(deps: BackfillDeps): Route[] {
  const { db } = deps;
  return [
    route({
      id: 'startBackfill',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/backfills',
      summary: 'Vuelve a leer un rango de fechas de un flujo, junto a las lecturas normales.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({ source: named, stream: named, ...SCOPE, ...START }),
      success: {
        status: 202,
        description: 'Encolado: uno por conexión. Ninguno, si con only_missing no falta nada.',
        schema: z.object({ backfills: z.array(z.guid()), slices: z.int().min(0) }),
      },
      problems: [409, 422],
      handle: async ({ params, body, caller, countTenant, signal }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const { slice_days: sliceDays, only_missing: onlyMissing, ...wish } = body;
        try {
          const asked = { ...wish, sliceDays, onlyMissing, tenants: [tenant], requestedBy: caller.id, names: NAMES };
          const { started } = await startBackfills(deps, asked, signal);
          return { backfills: started.map(({ id }) => id), slices: started.reduce((sum, one) => sum + one.slices, 0) };
        } catch (error) {
          throw backfillProblem(error);
        }
      },
    }),
    route({
      id: 'listBackfills',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/backfills',
      summary: 'Las relecturas de la empresa, con su avance.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'La más nueva primero.', schema: z.object({ backfills: z.array(BACKFILL) }) },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return { backfills: (await showBackfills(db, { tenantId: tenant.id })).map(backfillOf) };
      },
    }),
  ];
}
