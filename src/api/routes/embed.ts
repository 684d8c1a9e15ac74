import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { requireTenant } from '../auth/caller.ts';
import { metabaseProblem, requireMetabase, type MetabasePort } from '../metabase-port.ts';
import { route } from '../route.ts';
import { tenantQuery } from './schemas.ts';

const EMBED = z.object({
  dashboard: z.object({ key: z.string(), id: z.int(), title: z.string() }),
  token: z.string().describe('JWT HS256 con la empresa fija dentro.'),
  expires_at: z.iso.datetime().describe('A lo más diez minutos más tarde.'),
  iframe_url: z.url(),
  guest: z.object({ instanceUrl: z.url(), component: z.string() }).describe('Para el componente de Metabase: <metabase-dashboard token>.'),
});

/** `GET /api/metabase/embed/{dashboard_id}`: the signed address of one of a tenant's dashboards. */
export function embedRoute(db: Database, metabase: MetabasePort | null) {
  return route({
    id: 'embedDashboard',
    method: 'GET',
    path: '/api/metabase/embed/{dashboard_id}',
    summary: 'Dirección firmada de un tablero de la empresa, para incrustarlo.',
    scope: 'embed',
    params: z.object({ dashboard_id: z.string().min(1).max(100).describe('Nombre («ventas») o número del tablero.') }),
    query: tenantQuery,
    body: null,
    success: { status: 200, description: 'La dirección y el token.', schema: EMBED },
    problems: [409],
    handle: async ({ params, query, caller, countTenant }) => {
      const tenant = await requireTenant(db, caller, query.tenant_id);
      await countTenant(tenant.id);
      const port = requireMetabase(metabase);
      try {
        const { dashboard, token, expires_at, iframe_url, guest } = await port.embed(tenant.id, params.dashboard_id);
        return { dashboard, token, expires_at, iframe_url, guest };
      } catch (error) {
        throw metabaseProblem(error);
      }
    },
  });
}
