import { z } from 'zod';
import { requestDashboards, showDashboardJob, type DashboardJob } from '../../store/dashboard-jobs.ts';
import type { Database } from '../../store/database.ts';
import { requireTenant } from '../auth/caller.ts';
import { requireMetabase, type MetabasePort } from '../metabase-port.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { namedTenant } from './schemas.ts';

const TEMPLATES = ['retail', 'services', 'restaurants'] as const;
const JOB = z.object({
  id: z.guid(),
  tenant_id: z.guid(),
  template: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  created_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  result: z.record(z.string(), z.number()).nullable().describe('Cuántos objetos de Metabase se crearon, cambiaron o estaban bien.'),
  status_url: z.string(),
});

/** A tenant's dashboards put into Metabase: asked for, done by a worker, watched. */
export function dashboardRoutes(db: Database, metabase: MetabasePort | null): Route[] {
  return [
    route({
      id: 'applyDashboards',
      method: 'POST',
      path: '/api/metabase/dashboards',
      summary: 'Crea o repone los tableros de una empresa, en la variante de su rubro.',
      scope: 'provision',
      params: nothing,
      query: nothing,
      body: z.strictObject({ tenant_id: namedTenant, template: z.enum(TEMPLATES).describe('Variante por rubro.') }),
      success: { status: 202, description: 'Encolado; status_url dice cómo va. Si ya había uno abierto, es ese.', schema: JOB },
      problems: [],
      handle: async ({ body, caller, countTenant, header }) => {
        const tenant = await requireTenant(db, caller, body.tenant_id);
        await countTenant(tenant.id);
        requireMetabase(metabase);
        const job = shown(await requestDashboards(db, tenant.id, body.template, caller.id));
        header('location', job.status_url);
        return job;
      },
    }),
    route({
      id: 'showDashboardJob',
      method: 'GET',
      path: '/api/metabase/jobs/{job_id}',
      summary: 'Cómo va la creación de los tableros de una empresa.',
      scope: 'provision',
      params: z.object({ job_id: z.guid() }),
      query: nothing,
      body: null,
      success: { status: 200, description: 'El trabajo.', schema: JOB },
      problems: [],
      handle: async ({ params, caller }) => {
        const job = await showDashboardJob(db, params.job_id);
        if (job === null || (caller.tenants !== 'all' && !caller.tenants.includes(job.tenant_id)))
          throw new ProblemError({
            status: 404,
            code: 'job_not_found',
            detail: { es: 'No hay tal trabajo.', en: 'There is no such job.' },
          });
        return shown(job);
      },
    }),
  ];
}

/** Why it failed is for operators, in their log and with `kpi metabase plan`: it may name hosts. */
function shown({ id, tenant_id, template, state, created_at, started_at, ended_at, result }: DashboardJob) {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  const times = { created_at: iso(created_at), started_at: iso(started_at), ended_at: iso(ended_at) };
  return { id, tenant_id, template, state, ...times, result, status_url: `/api/metabase/jobs/${id}` };
}
