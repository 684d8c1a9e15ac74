import type { Connector } from '#contract';
import { z } from 'zod';
import { listConnections } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { enqueueVerification, listVerifications } from '../../store/verifications.ts';
import { totalledRows } from '../../sync/their-totals.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { day, namedTenant, tenantQuery } from './schemas.ts';

const count = z.int().min(0);
const amounts = z.record(z.string(), z.string()).nullable().describe('Por moneda; null si el origen no lo suma.');
const VERIFICATION = z.object({
  id: z.guid(),
  connection_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  state: z.enum(['running', 'verified', 'differs', 'untold', 'failed']).describe('untold: no hay días que comparar.'),
  asked_by: z.string(),
  first_day: z.string().nullable(),
  last_day: z.string().nullable(),
  time_zone: z.string().nullable().describe('Zona en que se cortaron los días.'),
  days: count.nullable(),
  days_differing: count.nullable(),
  days_healed: count.nullable(),
  problem: z.string().nullable(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  differing: z.array(
    z.object({
      day: z.string(),
      ours: count,
      theirs: count,
      ours_amounts: amounts,
      theirs_amounts: amounts,
      reason: z.string().nullable().describe('Causa probable.'),
      missing: z.array(z.string()).describe('Ids que el origen tiene ese día y aquí faltan; a lo más 20.'),
      extra: z.array(z.string()).describe('Ids de aquí que el origen no tiene ese día; a lo más 20.'),
    }),
  ),
});
const name = z.string().min(1).max(64);

/** Comparisons with the sources' own totals, day by day: asked for, done by a worker, watched. */
export function verificationRoutes(db: Database, connectors: readonly Connector[]): Route[] {
  return [
    route({
      id: 'startVerification',
      method: 'POST',
      path: '/api/operations/verify',
      summary: 'Compara día por día con los totales de los orígenes; lo hace un proceso de trabajo.',
      scope: 'operate',
      params: z.object({}),
      query: nothing,
      body: z.strictObject({
        tenant_id: namedTenant,
        source: name.optional().describe('Solo esta fuente.'),
        stream: name.optional().describe('Solo este flujo.'),
        first_day: day.optional().describe('Primer día local; si falta, 45 días atrás.'),
        last_day: day.optional().describe('Último día local.'),
        heal: z.boolean().default(false).describe('Releer los días que difieren.'),
      }),
      success: {
        status: 202,
        description: 'Encolado; GET dice qué difiere.',
        schema: z.object({ streams: z.array(z.object({ connection_id: z.guid(), stream: z.string() })) }),
      },
      problems: [422],
      handle: async ({ body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, body.tenant_id);
        await countTenant(tenant.id);
        const { source, first_day: firstDay = null, last_day: lastDay = null, heal } = body;
        const connections = await listConnections(db, { tenantId: tenant.id, ...(source === undefined ? {} : { source }) });
        const streams = connections.flatMap((connection) => {
          const known = connectors.find(({ id }) => id === connection.source)?.streams ?? [];
          return known
            .filter((stream) => totalledRows(stream) !== null && (body.stream === undefined || stream.name === body.stream))
            .map((stream) => ({ connection_id: connection.id, stream: stream.name }));
        });
        if (streams.length === 0)
          throw new ProblemError({
            status: 422,
            code: 'nothing_to_compare',
            detail: {
              es: 'La empresa no tiene conectado ningún flujo con ese nombre que se pueda comparar.',
              en: 'The company has connected no stream of that name that can be compared.',
            },
          });
        for (const { connection_id: connectionId, stream } of streams)
          await enqueueVerification(db, { tenantId: tenant.id, connectionId, stream }, { firstDay, lastDay, heal, askedBy: caller.id });
        return { streams };
      },
    }),
    route({
      id: 'listVerifications',
      method: 'GET',
      path: '/api/operations/verify',
      summary: 'La última comparación de cada flujo, con los días que difieren.',
      scope: 'operate',
      params: z.object({}),
      query: tenantQuery.extend({ source: name.optional(), stream: name.optional() }),
      body: null,
      success: { status: 200, description: 'Una por flujo.', schema: z.object({ verifications: z.array(VERIFICATION) }) },
      problems: [],
      handle: async ({ query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, query.tenant_id);
        await countTenant(tenant.id);
        const { source, stream } = query;
        const which = { ...(source === undefined ? {} : { source }), ...(stream === undefined ? {} : { stream }) };
        const verifications = (await listVerifications(db, { tenantId: tenant.id, ...which })).map(
          ({ tenant_id: _tenant, rut: _rut, started_at, ended_at, ...one }) => ({
            ...one,
            started_at: started_at.toISOString(),
            ended_at: ended_at?.toISOString() ?? null,
          }),
        );
        return { verifications };
      },
    }),
  ];
}
