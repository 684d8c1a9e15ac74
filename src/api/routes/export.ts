import { createWriteStream } from 'node:fs';
import { z } from 'zod';
import type { Connector } from '#contract';
import { exportMonth } from '../../reconcile/export/export-month.ts';
import { EXPORT_PARTS } from '../../reconcile/export/month-sheets.ts';
import { EXPORT_FORMATS, exportFileName, MEDIA_TYPES, writeExport } from '../../reconcile/export/write-export.ts';
import { NotCurrent } from '../../reconcile/not-current.ts';
import type { Database } from '../../store/database.ts';
import { recordUrls } from '../../store/record-urls.ts';
import { requireTenant } from '../auth/caller.ts';
import { fileAnswer } from '../file-answer.ts';
import { ProblemError } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { comparing } from './closing.ts';
import { tenantParams } from './schemas.ts';

const flag = z.enum(['true', 'false']).default('false');
const FILES = [...new Set(Object.values(MEDIA_TYPES).map((type) => type.split(';')[0]!))];

/** A month as a file. Reads alone: what a comparison of the month as it is now stores is taken back. */
export function exportRoute(db: Database, connectors: readonly Connector[]): Route {
  return route({
    id: 'exportReconciliation',
    method: 'GET',
    path: '/api/tenants/{tenant_id}/reconciliation/export',
    summary: 'Un mes como archivo para finanzas: ambos puentes, clases, cada hallazgo y los documentos por tipo.',
    scope: 'read',
    limited: 'queries',
    params: tenantParams,
    query: z.strictObject({
      month: z
        .string()
        .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
        .describe('Mes local, como 2026-11.'),
      format: z.enum(EXPORT_FORMATS).default('xlsx').describe('csv-es: punto y coma y coma decimal, para Excel en español.'),
      part: z.enum(EXPORT_PARTS).optional().describe('Una sola tabla; sin él, todas.'),
      live: flag.describe('true: el mes como es hoy, aunque esté cerrado.'),
      strict: flag.describe('true: 409 si un origen no está al día o se está releyendo, en vez de decirlo en el archivo.'),
    }),
    body: null,
    success: {
      status: 200,
      description:
        'El archivo, con su nombre en Content-Disposition. X-Reconciliation-State: closed o live; X-Reconciliation-Warnings: códigos de lo que lo hace incierto, o none.',
      schema: z.string(),
      files: FILES,
    },
    problems: [409, 422],
    handle: async ({ params, query, caller, countTenant, header }) => {
      const tenant = await requireTenant(db, caller, params.tenant_id);
      await countTenant(tenant.id);
      const { month, format, part: only = null } = query;
      const urlOf = await recordUrls({ db, connectors }, tenant.id);
      const request = { tenantId: tenant.id, month, live: query.live === 'true', strict: query.strict === 'true', keep: false, urlOf };
      return fileAnswer((path) =>
        comparing(
          current(
            exportMonth(db, request, async (exported) => {
              await writeExport(exported, { format, only }, createWriteStream(path));
              const codes = [...(exported.reconciliation?.warnings ?? []), ...(exported.documents?.warnings ?? [])].map(({ code }) => code);
              header('x-reconciliation-state', exported.isClosed ? 'closed' : 'live');
              header('x-reconciliation-warnings', codes.length === 0 ? 'none' : [...new Set(codes)].join(', '));
              return { mediaType: MEDIA_TYPES[format], name: exportFileName(exported, format, only) };
            }),
          ),
        ),
      );
    },
  });
}

async function current<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (!(error instanceof NotCurrent)) throw error;
    throw new ProblemError(
      { status: 409, code: 'not_current', detail: { es: `Un origen no está al día: ${error.message}`, en: error.message } },
      { cause: error },
    );
  }
}
