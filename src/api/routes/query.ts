import { z } from 'zod';
import type { Database } from '../../store/database.ts';
import { requireTenant } from '../auth/caller.ts';
import { nothing, route } from '../route.ts';
import type { TenantReader } from '../tenant-reader.ts';
import { columns, namedTenant, rows, truncated } from './schemas.ts';

const DEFAULT_ROWS = 2000;
const MOST_ROWS = 10_000;

/** `POST /api/metabase/query`: one statement with the rights of the tenant's own reader, rolled back whatever it did. */
export function queryRoute(db: Database, reader: TenantReader) {
  return route({
    id: 'queryTenant',
    method: 'POST',
    path: '/api/metabase/query',
    summary: 'Una consulta SQL con los derechos de la empresa: solo lectura, y solo sus filas.',
    scope: 'query',
    limited: 'queries',
    params: nothing,
    query: nothing,
    body: z.strictObject({
      tenant_id: namedTenant,
      // A zero byte ends a text on the way to the server, and what follows it would be read as protocol.
      sql: z
        .string()
        .min(1)
        .max(50_000)
        .refine((text) => !text.includes('\0'), 'NUL')
        .describe('Una sola: SELECT, WITH … SELECT, VALUES o TABLE.'),
      max_rows: z.int().min(1).max(MOST_ROWS).default(DEFAULT_ROWS),
    }),
    success: {
      status: 200,
      description: 'Las filas.',
      schema: z.object({ columns, rows, row_count: z.int().min(0), truncated, took_ms: z.int().min(0) }),
    },
    problems: [422],
    handle: async ({ body, caller, countTenant, signal }) => {
      const tenant = await requireTenant(db, caller, body.tenant_id);
      await countTenant(tenant.id);
      const began = performance.now();
      const answer = await reader.read(tenant, { text: body.sql }, body.max_rows, signal);
      return { ...answer, row_count: answer.rows.length, took_ms: Math.round(performance.now() - began) };
    },
  });
}
