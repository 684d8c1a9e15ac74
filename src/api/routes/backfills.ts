import type { Connector } from '#contract';
import { z } from 'zod';
import { BackfillOverlaps, showBackfills } from '../../store/backfills.ts';
import type { Database } from '../../store/database.ts';
import { WrongInstant } from '../../store/local-instant.ts';
import { BackfillRefused, startBackfill } from '../../sync/start-backfill.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError, type Words } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { tenantParams } from './schemas.ts';

const instant = z.iso.datetime();
const count = z.int().min(0);
const BACKFILL = z.object({
  id: z.guid(),
  connection_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  from: instant,
  until: instant,
  reason: z.string(),
  requested_by: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  created_at: instant,
  ended_at: instant.nullable(),
  slices: count,
  slices_done: count,
  read: count,
  inserted: count,
  updated: count,
  unchanged: count,
  quarantined: count,
});
const moment = z.string().min(10).max(40);

/** Date ranges of a tenant's streams read again. */
export function backfillRoutes(db: Database, connectors: readonly Connector[]): Route[] {
  return [
    route({
      id: 'startBackfill',
      method: 'POST',
      path: '/api/tenants/{tenant_id}/backfills',
      summary: 'Vuelve a leer un rango de fechas de un flujo, junto a las lecturas normales.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({
        source: z.string().min(1).max(64),
        stream: z.string().min(1).max(64),
        from: moment.describe('Primer día local, o instante con su desfase; incluido.'),
        until: moment.optional().describe('Día local o instante en que termina, no incluido; ahora, si se omite.'),
        reason: z.string().min(1).max(200).default('pedido por la API'),
        slice_days: z.int().min(1).max(366).default(30),
      }),
      success: {
        status: 202,
        description: 'Encolado: uno por conexión.',
        schema: z.object({ backfills: z.array(z.guid()), slices: z.int().min(1) }),
      },
      problems: [409, 422],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const { source, stream, from, until, reason, slice_days: sliceDays } = body;
        const names = { from: 'from', until: 'until' };
        try {
          const wish = { tenant, source, stream, from, until, reason, sliceDays, requestedBy: caller.id, names };
          const { ids, slices } = await startBackfill(db, connectors, wish);
          return { backfills: ids, slices };
        } catch (error) {
          throw problemOf(error);
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
        const backfills = (await showBackfills(db, { tenantId: tenant.id })).map((one) => ({
          id: one.id,
          connection_id: one.connection_id,
          source: one.source,
          stream: one.stream,
          from: one.range_from.toISOString(),
          until: one.range_until.toISOString(),
          reason: one.reason,
          requested_by: one.requested_by,
          state: one.state,
          created_at: one.created_at.toISOString(),
          ended_at: one.ended_at?.toISOString() ?? null,
          slices: one.slices,
          slices_done: one.slices_done,
          read: one.read,
          inserted: one.inserted,
          updated: one.updated,
          unchanged: one.unchanged,
          quarantined: one.quarantined,
        }));
        return { backfills };
      },
    }),
  ];
}

const REFUSALS: Readonly<Record<BackfillRefused['code'], Words>> = {
  unknown_source: { es: 'No hay tal fuente.', en: 'There is no such source.' },
  unknown_stream: { es: 'La fuente no tiene tal flujo.', en: 'The source has no such stream.' },
  no_past: {
    es: 'Ese flujo es un estado presente, sin pasado: pida POST …/sync.',
    en: 'That stream is a present state without a past: ask for POST …/sync.',
  },
  not_connected: { es: 'La empresa no tiene conectada esa fuente.', en: 'The company has not connected that source.' },
  empty_range: { es: 'El rango está vacío: from no es anterior a until.', en: 'The range is empty: from is not before until.' },
  future_range: { es: 'El rango está en el futuro.', en: 'The range lies in the future.' },
};

function problemOf(error: unknown): unknown {
  if (error instanceof BackfillRefused) return new ProblemError({ status: 422, code: error.code, detail: REFUSALS[error.code] });
  if (error instanceof WrongInstant)
    return new ProblemError({
      status: 400,
      code: 'invalid_instant',
      detail: {
        es: 'from y until son un día como 2026-11-01 o un instante como 2026-11-01T03:00:00Z.',
        en: 'from and until are a day like 2026-11-01 or an instant like 2026-11-01T03:00:00Z.',
      },
    });
  if (error instanceof BackfillOverlaps)
    return new ProblemError({
      status: 409,
      code: 'backfill_overlaps',
      detail: { es: 'Otra relectura en curso ya cubre parte de ese rango.', en: 'A running backfill already covers part of that range.' },
      more: { backfill_id: error.id },
    });
  return error;
}
