import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { listConnections } from '../../store/connections.ts';
import { listQuarantine, showQuarantine, type QuarantineRecord, type QuarantineRow } from '../../store/quarantine-list.ts';
import { dropRefusals } from '../../store/quarantine-replay.ts';
import { enqueueReplay, enqueueSync, wakeStreams } from '../../store/streams.ts';
import { requireTenant, type Caller } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { namedTenant } from './schemas.ts';

const word = z.string().min(1).max(64);
const number = z
  .string()
  .regex(/^\d{1,18}$/)
  .describe('Número del rechazo.');
const reason = z.string().trim().min(1).max(500).describe('Por qué; queda en la auditoría.');
const REFUSAL = z.object({
  number,
  tenant_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  entity: z.string(),
  source_id: z.string().nullable(),
  reason: z.string().describe('Por qué se rechazó.'),
  state: z.enum(['open', 'recovered', 'replayed', 'dropped']),
  times: z.int().min(1),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  closed_at: z.iso.datetime().nullable(),
  closed_because: z.string().nullable(),
});
const RECORD = REFUSAL.extend({
  run_id: z.guid(),
  payload: z.string().describe('El registro tras la lista blanca, como texto JSON, cortado en 64 KB.'),
  payload_length: z.int().min(0).describe('Bytes antes del corte.'),
});

/** Refused records: seen, read again after a repair, given up, or accepted so that their stream goes on. */
export function quarantineRoutes(db: Database): Route[] {
  return [
    route({
      id: 'listQuarantine',
      method: 'GET',
      path: '/api/operations/quarantine',
      summary: 'Registros rechazados de una empresa, o de todas, el más nuevo primero.',
      scope: 'operate',
      params: nothing,
      query: z.strictObject({
        tenant_id: namedTenant.optional().describe('Solo esta empresa; se puede omitir si la credencial es de todas.'),
        source: word.optional(),
        stream: word.optional(),
        state: REFUSAL.shape.state.default('open'),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      body: null,
      success: { status: 200, description: 'Sin el contenido de los registros.', schema: z.object({ refusals: z.array(REFUSAL) }) },
      problems: [],
      handle: async ({ query: { tenant_id: named, source, stream, state, limit }, caller, countTenant }) => {
        const tenant = named === undefined && caller.tenants === 'all' ? null : await requireTenant(db, caller, named);
        if (tenant !== null) await countTenant(tenant.id);
        const rows = await listQuarantine(db, {
          state,
          limit,
          ...(tenant === null ? {} : { tenantId: tenant.id }),
          ...(source === undefined ? {} : { source }),
          ...(stream === undefined ? {} : { stream }),
        });
        return { refusals: rows.map(shown) };
      },
    }),
    route({
      id: 'showQuarantine',
      method: 'GET',
      path: '/api/operations/quarantine/{number}',
      summary: 'Un registro rechazado, con su contenido.',
      scope: 'operate',
      params: z.object({ number }),
      query: nothing,
      body: null,
      success: { status: 200, description: 'El registro.', schema: RECORD },
      problems: [],
      handle: async ({ params, caller }) => {
        const [row] = await own(db, caller, [params.number]);
        const { run_id, payload, payload_length } = row!;
        return { ...shown(row!), run_id, payload, payload_length };
      },
    }),
    route({
      id: 'replayQuarantine',
      method: 'POST',
      path: '/api/operations/quarantine/replay',
      summary: 'Lee de nuevo registros rechazados, una vez corregida la causa; lo hace un proceso de trabajo.',
      scope: 'operate',
      params: nothing,
      query: nothing,
      body: z.strictObject({ numbers: z.array(number).min(1).max(500), reason: reason.default('not stated') }),
      success: { status: 202, description: 'Encolado; GET …/{number} dice qué pasó.', schema: z.object({ jobs: z.int().min(1) }) },
      problems: [409],
      handle: async ({ body, caller }) => {
        const open = (await own(db, caller, body.numbers)).filter(({ state }) => state === 'open');
        if (open.length === 0) throw closed();
        const groups = [...Map.groupBy(open, (row) => `${row.connection_id} ${row.stream}`).values()];
        for (const group of groups) {
          const { tenant_id: tenantId, connection_id: connectionId, stream } = group[0]!;
          await enqueueReplay(db, { tenantId, connectionId, stream, ids: group.map(({ id }) => id), who: caller.id, reason: body.reason });
        }
        return { jobs: groups.length };
      },
    }),
    route({
      id: 'dropQuarantine',
      method: 'POST',
      path: '/api/operations/quarantine/drop',
      summary: 'Descarta registros rechazados que nadie necesita; quedan listados, con quién y por qué.',
      scope: 'operate',
      params: nothing,
      query: nothing,
      body: z.strictObject({ numbers: z.array(number).min(1).max(500), reason }),
      success: { status: 200, description: 'Los descartados.', schema: z.object({ dropped: z.array(number) }) },
      problems: [409],
      handle: async ({ body, caller }) => {
        const open = (await own(db, caller, body.numbers)).filter(({ state }) => state === 'open');
        if (open.length === 0) throw closed();
        const dropped: string[] = [];
        for (const [tenantId, rows] of Map.groupBy(open, (row) => row.tenant_id)) {
          const author = { who: caller.id, reason: body.reason };
          dropped.push(
            ...(await dropRefusals(
              db,
              tenantId,
              rows.map(({ id }) => id),
              author,
            )),
          );
        }
        return { dropped };
      },
    }),
    route({
      id: 'acceptQuarantine',
      method: 'POST',
      path: '/api/operations/quarantine/accept',
      summary: 'Deja seguir a un flujo retenido aunque se rechazaron muchos registros; siguen en cuarentena.',
      scope: 'operate',
      params: nothing,
      query: nothing,
      body: z.strictObject({ tenant_id: namedTenant, source: word, stream: word }),
      success: { status: 202, description: 'Sigue en la próxima lectura.', schema: z.object({ connections: z.array(z.guid()) }) },
      problems: [422],
      handle: async ({ body: { tenant_id: named, source, stream }, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, named);
        await countTenant(tenant.id);
        const connected = await listConnections(db, { tenantId: tenant.id, source });
        const connections = connected.length === 0 ? [] : await wakeStreams(db, { tenantId: tenant.id, source, stream, accept: true });
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

/** Those that are the caller's business; one that is another's and one that does not exist are answered alike. @throws ProblemError 404 */
async function own(db: Database, caller: Caller, numbers: readonly string[]): Promise<QuarantineRecord[]> {
  const rows = await showQuarantine(db, numbers);
  const seen = rows.filter(({ tenant_id }) => caller.tenants === 'all' || caller.tenants.includes(tenant_id));
  if (seen.length === new Set(numbers).size) return seen;
  throw new ProblemError({
    status: 404,
    code: 'refusal_not_found',
    detail: { es: 'No hay tal rechazo.', en: 'There is no such refusal.' },
  });
}

function closed(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'refusal_closed',
    detail: { es: 'Ninguno está abierto.', en: 'None of them is open.' },
  });
}

function shown(row: QuarantineRow) {
  const { id, tenant_id, source, stream, entity, source_id, reason: why, state, times, closed_because } = row;
  const iso = (at: Date) => at.toISOString();
  const [first_seen_at, last_seen_at] = [iso(row.first_seen_at), iso(row.last_seen_at)];
  const closed_at = row.closed_at === null ? null : iso(row.closed_at);
  return {
    number: id,
    tenant_id,
    source,
    stream,
    entity,
    source_id,
    reason: why,
    state,
    times,
    first_seen_at,
    last_seen_at,
    closed_at,
    closed_because,
  };
}
