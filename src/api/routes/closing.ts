import { z } from 'zod';
import { CLEARING_LINES } from '../../reconcile/clearing.ts';
import { DOCUMENT_LINES } from '../../reconcile/documents-bridge.ts';
import { NothingToCompare } from '../../reconcile/nothing-to-compare.ts';
import { runClearing } from '../../reconcile/run-clearing.ts';
import { runDocumentsBridge } from '../../reconcile/run-documents-bridge.ts';
import type { Database } from '../../store/database.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { snakeKeys } from '../snake-keys.ts';
import { day, tenantParams } from './schemas.ts';

export const money = z.string().describe('Decimal exacto, en currency.');
const limit = z.coerce.number().int().min(0).max(1000).default(100).describe('Cuántos hallazgos; las líneas los cuentan todos.');
const frame = {
  tenant_id: z.guid(),
  made_at: z.iso.datetime(),
  sources: z
    .array(z.object({ source: z.string(), stream: z.string(), connection: z.string(), as_of: z.iso.datetime().nullable() }))
    .describe('Hasta cuándo está completo cada flujo.'),
  currency: z.string(),
  warnings: z.array(
    z.object({
      code: z.string(),
      source: z.string().nullable(),
      stream: z.string().nullable(),
      connection: z.string().nullable(),
      message: z.string(),
    }),
  ),
};
const lineOf = (lines: readonly [string, ...string[]]) => z.object({ line: z.enum(lines), findings: z.int(), amount: money });

export const BRIDGE = z.object({
  ...frame,
  month: z.string(),
  sales: z.int(),
  sales_amount: money,
  refunds: z.int(),
  refunds_amount: money,
  documents: z.int(),
  documents_amount: money,
  invoiced_amount: money,
  credited_amount: money,
  lines: z.array(lineOf(DOCUMENT_LINES)),
  remainder: money,
  types: z.array(
    z.object({
      company: z.string().nullable(),
      type: z.string().nullable(),
      kind: z.string(),
      documents: z.int(),
      first_folio: z.string().nullable(),
      last_folio: z.string().nullable(),
      missing_folios: z.int().nullable(),
      duplicate_folios: z.int(),
      net: money,
      exempt: money,
      iva: money,
      other_taxes: money,
      unsplit: money,
      total: money,
    }),
  ),
  findings: z.array(
    z.object({
      line: z.enum(DOCUMENT_LINES),
      amount: money,
      order_id: z.guid().nullable(),
      order: z.string().nullable(),
      day: day.nullable(),
      order_amount: money.nullable(),
      documents: z.array(z.object({ name: z.string(), day })),
    }),
  ),
});

const CLEARING = z.object({
  ...frame,
  from: day,
  until: day.describe('Excluido.'),
  gateways: z.array(
    z.object({
      gateway: z.string(),
      orders: z.int(),
      taken: money,
      given_back: money,
      fees: money.nullable(),
      payouts: z.int(),
      paid_out: money.nullable(),
      journals: z.array(z.string()),
      payments: z.int(),
      in_books: money.nullable(),
      difference: money.nullable(),
      lines: z.array(lineOf(CLEARING_LINES)),
      remainder: money,
    }),
  ),
  findings: z.array(
    z.object({
      gateway: z.string(),
      line: z.enum(CLEARING_LINES),
      amount: money,
      order_id: z.guid().nullable(),
      order: z.string().nullable(),
      day: day.nullable(),
      payments: z.array(z.object({ name: z.string(), journal: z.string(), day })),
    }),
  ),
});

/** What finance closes a month with, made from the warehouse as it is now. */
export function closingRoutes(db: Database): Route[] {
  return [
    route({
      id: 'showDocumentsBridge',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/documents',
      summary: 'Puente de las ventas de un mes a sus documentos, línea por línea y al peso.',
      scope: 'read',
      limited: 'queries',
      params: tenantParams,
      query: z.strictObject({
        month: z
          .string()
          .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
          .describe('Mes local, como 2026-11.'),
        limit,
      }),
      body: null,
      success: { status: 200, description: 'sales_amount − refunds_amount + líneas + remainder = documents_amount.', schema: BRIDGE },
      problems: [422],
      handle: async ({ params, query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        return snakeKeys(await comparing(runDocumentsBridge(db, { tenantId: tenant.id, month: query.month, limit: query.limit })));
      },
    }),
    route({
      id: 'showClearing',
      method: 'GET',
      path: '/api/tenants/{tenant_id}/reconciliation/clearing',
      summary: 'Lo que cobró y abonó cada medio de pago, contra los pagos de los libros.',
      scope: 'read',
      limited: 'queries',
      params: tenantParams,
      query: z.strictObject({
        first_day: day.describe('Primer día local, incluido.'),
        last_day: day.describe('Último día local, incluido.'),
        limit,
      }),
      body: null,
      success: { status: 200, description: 'taken − given_back + líneas + remainder = in_books.', schema: CLEARING },
      problems: [422],
      handle: async ({ params, query, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        if (query.first_day > query.last_day)
          throw new ProblemError({
            status: 400,
            code: 'empty_range',
            detail: { es: 'first_day es posterior a last_day.', en: 'first_day is after last_day.' },
          });
        const range = { from: query.first_day, until: dayAfter(query.last_day) };
        return snakeKeys(await comparing(runClearing(db, { tenantId: tenant.id, ...range, limit: query.limit })));
      },
    }),
  ];
}

/** @throws ProblemError 422 where a side is not connected */
export async function comparing<T>(made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (!(error instanceof NothingToCompare)) throw error;
    throw new ProblemError(
      {
        status: 422,
        code: 'nothing_to_compare',
        detail: { es: 'La empresa no tiene conectada la otra fuente.', en: 'The company has not connected the other source.' },
      },
      { cause: error },
    );
  }
}

/** The next day of the calendar. */
export function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
