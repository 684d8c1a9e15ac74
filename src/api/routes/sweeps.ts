import type { Connector } from '#contract';
import { z } from 'zod';
import { listConnections } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { enqueueSweep, heldSweep, listSweeps } from '../../store/sweeps.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError, type Words } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { namedTenant, tenantQuery } from './schemas.ts';

const count = z.number().min(0).nullable();
const SWEEP = z.object({
  id: z.guid(),
  connection_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  state: z
    .enum(['running', 'clean', 'tombstoned', 'held', 'shown', 'failed', 'settled'])
    .describe('held: espera la palabra de una persona; settled: una posterior ya decidió; shown: solo mostró.'),
  asked_by: z.string(),
  counted: count.describe('Registros que el origen lista y cuenta.'),
  missing: count.describe('Nuestros que faltan en la lista.'),
  gone: count.describe('De esos, borrados en el origen.'),
  tombstoned: count.describe('De esos, marcados aquí como borrados.'),
  guard: count.describe('Máximo que se marca sin la palabra de una persona.'),
  problem: z.string().nullable(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  records: z.array(z.object({ source_id: z.string(), day: z.string().nullable(), look: z.enum(['gone', 'there', 'hidden']) })),
});
const name = z.string().min(1).max(64);

/** Looks for records that a source has deleted without telling: asked for, done by a worker, watched. */
export function sweepRoutes(db: Database, connectors: readonly Connector[]): Route[] {
  return [
    route({
      id: 'startSweep',
      method: 'POST',
      path: '/api/operations/sweeps',
      summary: 'Busca registros que el origen borró sin avisar; lo hace un proceso de trabajo.',
      scope: 'operate',
      params: z.object({}),
      query: nothing,
      body: z.strictObject({
        tenant_id: namedTenant,
        source: name,
        stream: name,
        dry_run: z.boolean().default(false).describe('Solo mirar.'),
        confirm: z.boolean().default(false).describe('Su palabra para los registros que nombra la búsqueda retenida (held).'),
      }),
      success: { status: 202, description: 'Encolado; GET dice qué encontró.', schema: z.object({ connections: z.array(z.guid()) }) },
      problems: [409, 422],
      handle: async ({ body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, body.tenant_id);
        await countTenant(tenant.id);
        const { source, stream, dry_run: dryRun, confirm } = body;
        const known = connectors.find(({ id }) => id === source)?.streams.find((one) => one.name === stream);
        if (known === undefined) throw problem(422, 'unknown_stream', { es: 'No hay tal flujo.', en: 'There is no such stream.' });
        if (known.listing === undefined)
          throw problem(422, 'never_swept', {
            es: 'En ese flujo, que algo falte nunca significa que fue borrado.',
            en: 'In that stream absence never means deletion.',
          });
        if (dryRun && confirm)
          throw problem(422, 'dry_run_or_confirm', { es: 'Pida una de las dos cosas.', en: 'Ask for one of the two.' });
        const connections = (await listConnections(db, { tenantId: tenant.id, source })).map(({ id }) => id);
        if (connections.length === 0)
          throw problem(422, 'not_connected', {
            es: 'La empresa no tiene conectada esa fuente.',
            en: 'The company has not connected that source.',
          });
        const places = connections.map((connectionId) => ({ tenantId: tenant.id, connectionId, stream }));
        const held = await Promise.all(places.map((place) => heldSweep(db, place)));
        if (confirm && held.every((one) => one === null))
          throw problem(409, 'nothing_held', { es: 'Ninguna búsqueda espera su palabra.', en: 'No sweep waits for your word.' });
        for (const place of places) await enqueueSweep(db, place, { dryRun, confirm, askedBy: caller.id });
        return { connections };
      },
    }),
    route({
      id: 'listSweeps',
      method: 'GET',
      path: '/api/operations/sweeps',
      summary: 'Las últimas búsquedas de registros borrados, con lo que encontraron.',
      scope: 'operate',
      params: z.object({}),
      query: tenantQuery.extend({
        source: name.optional(),
        stream: name.optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
      }),
      body: null,
      success: { status: 200, description: 'La más nueva primero.', schema: z.object({ sweeps: z.array(SWEEP) }) },
      problems: [],
      handle: async ({ query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, query.tenant_id);
        await countTenant(tenant.id);
        const { source, stream, limit } = query;
        const which = { ...(source === undefined ? {} : { source }), ...(stream === undefined ? {} : { stream }) };
        const sweeps = (await listSweeps(db, { tenantId: tenant.id, limit, ...which })).map((one) => ({
          id: one.id,
          connection_id: one.connection_id,
          source: one.source,
          stream: one.stream,
          state: one.state,
          asked_by: one.asked_by,
          counted: one.counted,
          missing: one.missing,
          gone: one.gone,
          tombstoned: one.tombstoned,
          guard: one.guard,
          problem: one.problem,
          started_at: one.started_at.toISOString(),
          ended_at: one.ended_at?.toISOString() ?? null,
          records: one.records.map(({ source_id, day, look }) => ({ source_id, day, look })),
        }));
        return { sweeps };
      },
    }),
  ];
}

function problem(status: number, code: string, detail: Words): ProblemError {
  return new ProblemError({ status, code, detail });
}
