import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { streamStates } from '../../store/stream-states.ts';
import { enqueueSync, wakeStreams } from '../../store/streams.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { tenantParams } from './schemas.ts';

const instant = z.iso.datetime().nullable();
const STREAM = z.object({
  connection_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  state: z.enum(['held', 'failing', 'stale', 'retrying', 'loading', 'ok', 'paused']),
  reading: z.boolean().describe('Se está leyendo en este momento.'),
  last_success_at: instant,
  covered_from: instant,
  covered_until: instant,
  rows: z.number(),
  open_quarantine: z.number(),
  verified_at: instant.describe('Última comparación con los totales del origen.'),
  days_differing: z.int().nullable(),
  problem: z.string().nullable(),
  notices: z.array(z.object({ code: z.string(), message: z.string() })),
});

/** What operators look at and set going. */
export function operationRoutes(db: Database): Route[] {
  return [
    route({
      id: 'showStatus',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/status',
      summary: 'Salud de cada flujo de la empresa, con lo que espera a una persona.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'Una entrada por flujo.', schema: z.object({ streams: z.array(STREAM) }) },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const iso = (at: Date | null) => at?.toISOString() ?? null;
        const streams = (await streamStates(db, tenant.id)).map((one) => ({
          connection_id: one.connection_id,
          source: one.source,
          stream: one.stream,
          state: one.state,
          reading: one.reading,
          last_success_at: iso(one.last_success_at),
          covered_from: iso(one.covered_from),
          covered_until: iso(one.covered_until),
          rows: one.rows,
          open_quarantine: one.open_quarantine,
          verified_at: iso(one.verified_at),
          days_differing: one.days_differing,
          problem: one.problem,
          notices: one.notices.map(({ code, message }) => ({ code, message })),
        }));
        return { streams };
      },
    }),
    route({
      id: 'startSync',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/sync',
      summary: 'Pide leer ahora las fuentes de la empresa; lo hace un proceso de trabajo.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({
        source: z.string().min(1).max(64).optional().describe('Solo esta fuente.'),
        stream: z.string().min(1).max(64).optional().describe('Solo este flujo.'),
      }),
      success: { status: 202, description: 'Encolado.', schema: z.object({ connections: z.array(z.guid()) }) },
      problems: [422],
      handle: async ({ params, body: { source, stream }, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const which = { ...(source === undefined ? {} : { source }), ...(stream === undefined ? {} : { stream }) };
        const connections = await wakeStreams(db, { tenantId: tenant.id, ...which });
        if (connections.length === 0)
          throw new ProblemError({
            status: 422,
            code: 'nothing_connected',
            detail: { es: 'La empresa no tiene conectado nada con ese nombre.', en: 'The company has nothing of that name connected.' },
          });
        for (const connectionId of connections) await enqueueSync(db, tenant.id, connectionId);
        return { connections };
      },
    }),
  ];
}
