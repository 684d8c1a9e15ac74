import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { readOverview } from '../../store/overview.ts';
import { requireTenant } from '../auth/caller.ts';
import { nothing, route, type Route } from '../route.ts';
import { namedTenant } from './schemas.ts';

const count = z.int().min(0);
const SOURCE = z.object({
  tenant_id: z.guid(),
  connection_id: z.guid(),
  source: z.string(),
  light: z.enum(['ok', 'attention', 'trouble', 'paused']).describe('trouble espera a una persona; attention puede pasar sola.'),
  streams: count,
  streams_ok: count,
  stream: z.string().nullable().describe('El flujo que conviene mirar primero.'),
  state: z.enum(['held', 'failing', 'stale', 'retrying', 'loading', 'ok']).nullable(),
  lag_seconds: count.nullable().describe('Cuán viejo es lo que cubre ese flujo.'),
  last_success_at: z.iso.datetime().nullable(),
  open_quarantine: count,
  problem: z.string().nullable(),
});
const STATUS = z.object({
  as_of: z.iso.datetime(),
  ok: z.boolean().describe('Ninguna fuente espera a una persona.'),
  sources: z.array(SOURCE),
  backfills: z.array(
    z.object({
      id: z.guid(),
      tenant_id: z.guid(),
      source: z.string(),
      stream: z.string(),
      state: z.string(),
      slices: count,
      slices_done: count,
    }),
  ),
  alerts_firing: count,
});

/** How everything is: of one company, or of all for whoever may operate them. */
export function overviewRoutes(db: Database): Route[] {
  return [
    route({
      id: 'showOverview',
      method: 'GET',
      path: '/api/operations/status',
      summary: 'Estado de cada fuente, relecturas en curso y alertas, de una empresa o de todas.',
      scope: 'operate',
      params: nothing,
      query: z.strictObject({
        tenant_id: namedTenant.optional().describe('Solo esta empresa; se puede omitir si la credencial es de todas.'),
      }),
      body: null,
      success: { status: 200, description: 'Una entrada por fuente conectada.', schema: STATUS },
      problems: [],
      handle: async ({ query, caller, countTenant }) => {
        const tenant = query.tenant_id === undefined && caller.tenants === 'all' ? null : await requireTenant(db, caller, query.tenant_id);
        if (tenant !== null) await countTenant(tenant.id);
        const { as_of, sources, backfills, alerts } = await readOverview(db, tenant?.id ?? null);
        return {
          as_of: as_of.toISOString(),
          ok: sources.every(({ light }) => light !== 'trouble'),
          sources: sources.map(
            ({
              tenant_id,
              connection_id,
              source,
              light,
              streams,
              streams_ok,
              stream,
              state,
              lag_seconds,
              last_success_at,
              open_quarantine,
              problem,
            }) => ({
              tenant_id,
              connection_id,
              source,
              light,
              streams,
              streams_ok,
              stream,
              state,
              lag_seconds: lag_seconds === null ? null : Math.round(lag_seconds),
              last_success_at: last_success_at?.toISOString() ?? null,
              open_quarantine,
              problem,
            }),
          ),
          backfills: backfills.map(({ id, tenant_id, source, stream, state, slices, slices_done }) => ({
            id,
            tenant_id,
            source,
            stream,
            state,
            slices,
            slices_done,
          })),
          alerts_firing: alerts.length,
        };
      },
    }),
  ];
}
