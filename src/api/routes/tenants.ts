import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { pauseTenant } from '../../store/tenant-status.ts';
import { requireTenant } from '../auth/caller.ts';
import { nothing, route, type Route } from '../route.ts';
import { tenantParams } from './schemas.ts';

const WORDS = {
  pause: { id: 'pauseTenant', status: 'paused', summary: 'Deja de leer los orígenes de la empresa; lo guardado se sigue viendo.' },
  resume: { id: 'resumeTenant', status: 'active', summary: 'Vuelve a leer una empresa en pausa.' },
} as const;

/** A company as a whole: read for now, or not. */
export function tenantRoutes(db: Database): Route[] {
  return (['pause', 'resume'] as const).map((word) =>
    route({
      id: WORDS[word].id,
      method: 'POST',
      path: `/api/operations/tenants/{tenant_id}/${word}`,
      summary: WORDS[word].summary,
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({ reason: z.string().trim().min(1).max(500).describe('Por qué; queda en la auditoría.') }),
      success: {
        status: 200,
        description: 'Cómo quedó.',
        schema: z.object({
          tenant_id: z.guid(),
          status: z.enum(['active', 'paused']),
          changed: z.boolean().describe('Falso si ya estaba así.'),
        }),
      },
      problems: [],
      handle: async ({ params, body: { reason }, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const changed = await pauseTenant(db, tenant.id, word === 'pause', { who: caller.id, reason });
        return { tenant_id: tenant.id, status: WORDS[word].status, changed };
      },
    }),
  );
}
