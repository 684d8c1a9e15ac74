import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { readKpiCatalogue, type KpiDefinition } from '../../store/kpi-catalogue.ts';
import { dayColumn } from '../../store/kpi-columns.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError, type Words } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import type { TenantReader } from '../tenant-reader.ts';
import { columns, day, rows, tenantParams, truncated } from './schemas.ts';

const KPI = z.object({
  name: z.string(),
  kind: z.enum(['view', 'function']).describe('function: necesita first_day y last_day.'),
  dashboards: z.array(z.string()),
  comment: z.string().describe('Qué significa, en español.'),
  meaning: z.string(),
  grain: z.string(),
  unit: z.string(),
  must_agree_with: z.string().describe('Con qué informe de la fuente debe cuadrar.'),
});
const FRESHNESS = 'select source, stream, state, last_success_at, covered_from, covered_until from kpi.freshness order by source, stream';
const MOST_ROWS = 10_000;

/** What the numbers are, the numbers, and how fresh: all read as the tenant's own role. */
export function kpiRoutes(db: Database, reader: TenantReader): Route[] {
  const catalogue = readKpiCatalogue();
  return [
    route({
      id: 'listKpis',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/kpis',
      summary: 'Los indicadores que hay y qué significan.',
      scope: 'read',
      params: tenantParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'Los indicadores.', schema: z.object({ kpis: z.array(KPI) }) },
      problems: [],
      handle: async ({ params, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const kpis = catalogue.map(({ name, kind, dashboards, comment, meaning, grain, unit, mustAgreeWith }) => {
          return { name, kind, dashboards, comment, meaning, grain, unit, must_agree_with: mustAgreeWith };
        });
        return { kpis };
      },
    }),
    route({
      id: 'readKpi',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/kpis/{name}',
      summary: 'Las filas de un indicador, por días locales de la empresa.',
      scope: 'read',
      params: tenantParams.extend({ name: z.string().regex(/^[a-z0-9_]{1,63}$/) }),
      query: z.strictObject({
        first_day: day.optional().describe('Primer día local, incluido.'),
        last_day: day.optional().describe('Último día local, incluido.'),
        max_rows: z.coerce.number().int().min(1).max(MOST_ROWS).default(1000),
      }),
      body: null,
      success: {
        status: 200,
        description: 'Las filas.',
        schema: z.object({ kpi: z.string(), columns, rows, row_count: z.int().min(0), truncated }),
      },
      problems: [422],
      handle: async ({ params, query, caller, countTenant, signal }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const kpi = catalogue.find(({ name }) => name === params.name);
        if (kpi === undefined) throw problem(404, 'kpi_not_found', { es: 'No hay tal indicador.', en: 'There is no such KPI.' });
        const statement = statementOf(kpi, await dayColumn(db, kpi), query.first_day, query.last_day);
        const answer = await reader.read(tenant, statement, query.max_rows, signal);
        return { kpi: kpi.name, ...answer, row_count: answer.rows.length };
      },
    }),
    route({
      id: 'readFreshness',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/freshness',
      summary: 'Hasta cuándo está al día cada fuente de la empresa.',
      scope: 'read',
      params: tenantParams,
      query: nothing,
      body: null,
      success: { status: 200, description: 'Una fila por flujo.', schema: z.object({ columns, rows }) },
      problems: [422],
      handle: async ({ params, caller, countTenant, signal }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const answer = await reader.read(tenant, { text: FRESHNESS }, MOST_ROWS, signal);
        return { columns: answer.columns, rows: answer.rows };
      },
    }),
  ];
}

function statementOf(
  { object, kind }: KpiDefinition,
  column: string | null,
  first: string | undefined,
  last: string | undefined,
): { text: string; values: string[] } {
  if (first !== undefined && last !== undefined && first > last)
    throw problem(400, 'empty_range', { es: 'first_day es posterior a last_day.', en: 'first_day is after last_day.' });
  if (kind === 'function') {
    if (first === undefined || last === undefined)
      throw problem(400, 'days_missing', {
        es: 'Este indicador necesita first_day y last_day.',
        en: 'This KPI needs first_day and last_day.',
      });
    return { text: `select * from ${object}($1::date, $2::date)`, values: [first, last] };
  }
  if (column === null) {
    if (first !== undefined || last !== undefined)
      throw problem(400, 'no_days', { es: 'Este indicador no tiene días.', en: 'This KPI has no days.' });
    return { text: `select * from ${object}`, values: [] };
  }
  const [from, until] = [first ?? '-infinity', last ?? 'infinity'];
  return { text: `select * from ${object} where ${column} between $1::date and $2::date order by ${column}`, values: [from, until] };
}

function problem(status: number, code: string, detail: Words): ProblemError {
  return new ProblemError({ status, code, detail });
}
