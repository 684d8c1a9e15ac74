import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseRut } from '../../normalize/rut.ts';
import type { Database } from '../../store/database.ts';
import { requestTenantJob, showTenantJob, type TenantJob } from '../../store/tenant-jobs.ts';
import { requireTenant, type Caller } from '../auth/caller.ts';
import { FileAnswer } from '../file-answer.ts';
import { ProblemError, type Words } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { tenantParams } from './schemas.ts';

const count = z.int().min(0);
const reason = z.string().trim().min(1).max(500).describe('Por qué; queda en la auditoría.');
const FILE = z.object({ file: z.string(), rows: count.optional(), bytes: count.optional(), sha256: z.string().optional() });
const JOB = z.object({
  id: z.guid(),
  tenant_id: z.guid(),
  kind: z.enum(['export', 'erase', 'customer_export', 'customer_erase']),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  requested_by: z.string(),
  reason: z.string(),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  problem: z.string().nullable().describe('Por qué no se pudo.'),
  result: z
    .object({
      rows: count.optional().describe('Filas exportadas o borradas.'),
      records: count.optional().describe('Registros de la persona.'),
      orders: count.optional().describe('Pedidos que quedan, de nadie.'),
      as_of: z.string().optional(),
      files: z.array(FILE).optional().describe('Archivos que se pueden bajar durante siete días.'),
      secrets_elsewhere: z.array(z.string()).optional().describe('Referencias a secretos que una persona debe borrar donde están.'),
    })
    .nullable(),
  status_url: z.string(),
});
const MEDIA_TYPE = 'application/octet-stream';
const accepted = { status: 202, description: 'Encolado; status_url dice cómo va. Si ya había uno abierto, es ese.', schema: JOB } as const;

/** A company taken out, or taken along: asked for, done by a worker, watched, and its files fetched. */
export function tenantJobRoutes(db: Database, exportsFolder: string): Route[] {
  const watched = async (id: string, caller: Caller): Promise<TenantJob> => {
    const job = await showTenantJob(db, id);
    if (job === null || (caller.tenants !== 'all' && !caller.tenants.includes(job.tenant_id)))
      throw problem(404, 'job_not_found', { es: 'No hay tal trabajo.', en: 'There is no such job.' });
    return job;
  };
  return [
    route({
      id: 'exportTenant',
      method: 'POST',
      path: '/api/operations/tenants/{tenant_id}/export',
      summary: 'Exporta las tablas de la empresa como archivos CSV, todas al mismo instante.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({ reason }),
      success: accepted,
      problems: [],
      handle: async ({ params, body, caller, countTenant, header }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const asked = { tenantId: tenant.id, kind: 'export', requestedBy: caller.id, reason: body.reason } as const;
        return shown(await requestTenantJob(db, asked), header);
      },
    }),
    route({
      id: 'eraseTenant',
      method: 'POST',
      path: '/api/operations/tenants/{tenant_id}/erase',
      summary: 'Borra la empresa y todo lo suyo. No se puede deshacer.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: z.strictObject({
        confirm_rut: z.string().min(1).max(20).describe('El RUT de la empresa, escrito por quien lo decide.'),
        reason,
        leave_metabase: z.boolean().default(false).describe('Aunque tenga tableros en un Metabase que no se alcanza desde aquí.'),
      }),
      success: accepted,
      problems: [422],
      handle: async ({ params, body, caller, countTenant, header }) => {
        // One that is bound to a company would be erased with it, and nobody could watch.
        if (caller.tenants !== 'all')
          throw problem(403, 'forbidden', {
            es: 'Borrar una empresa exige una credencial que no sea de una sola.',
            en: 'Erasing a company takes a credential that is not bound to one.',
          });
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        if (parseRut(body.confirm_rut)?.canonical !== tenant.rut)
          throw problem(422, 'rut_does_not_match', {
            es: 'confirm_rut no es el RUT de esa empresa; no se borró nada.',
            en: 'confirm_rut is not the RUT of that company; nothing was erased.',
          });
        const about = { leave_metabase: body.leave_metabase };
        const asked = { tenantId: tenant.id, kind: 'erase', requestedBy: caller.id, reason: body.reason, about } as const;
        return shown(await requestTenantJob(db, asked), header);
      },
    }),
    route({
      id: 'showTenantJob',
      method: 'GET',
      path: '/api/operations/jobs/{job_id}',
      summary: 'Cómo va una exportación o un borrado.',
      scope: 'operate',
      params: z.object({ job_id: z.guid() }),
      query: nothing,
      body: null,
      success: { status: 200, description: 'El trabajo.', schema: JOB },
      problems: [],
      handle: async ({ params, caller, header }) => shown(await watched(params.job_id, caller), header),
    }),
    route({
      id: 'fetchExport',
      method: 'GET',
      path: '/api/operations/jobs/{job_id}/files/{file}',
      summary: 'Un archivo de una exportación terminada.',
      scope: 'operate',
      params: z.object({ job_id: z.guid(), file: z.string().regex(/^[a-z0-9_.-]{1,128}$/) }),
      query: nothing,
      body: null,
      success: { status: 200, description: 'El archivo.', schema: z.string(), files: [MEDIA_TYPE] },
      problems: [],
      handle: async ({ params, caller }) => {
        const job = await watched(params.job_id, caller);
        const files = z.array(FILE).catch([]).parse(job.result?.['files']);
        const path = join(exportsFolder, job.tenant_id, job.id, params.file);
        // Only what the job says that it wrote: the name alone could point elsewhere.
        const size = files.some(({ file }) => file === params.file) ? await stat(path).catch(() => null) : null;
        if (size === null)
          throw problem(404, 'file_not_found', {
            es: 'Ese archivo no está aquí: no es de esta exportación, o pasaron siete días.',
            en: 'That file is not here: it is not of this export, or seven days have passed.',
          });
        return new FileAnswer({ path, mediaType: MEDIA_TYPE, name: params.file, bytes: size.size, passing: false });
      },
    }),
  ];
}

function shown(job: TenantJob, header: (name: string, value: string) => void) {
  const { id, tenant_id, kind, state, requested_by, reason: why, created_at, started_at, ended_at, problem: because, result } = job;
  const status_url = `/api/operations/jobs/${id}`;
  header('location', status_url);
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const times = { created_at: iso(created_at), started_at: iso(started_at), ended_at: iso(ended_at) };
  return { id, tenant_id, kind, state, requested_by, reason: why, ...times, problem: because, result, status_url };
}

function problem(status: number, code: string, detail: Words): ProblemError {
  return new ProblemError({ status, code, detail });
}
