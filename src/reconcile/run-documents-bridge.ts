import type { Database, TenantTransaction } from '../store/database.ts';
import {
  DOCUMENT_LINES,
  type DocumentsBridge,
  type DocumentsWarning,
  type DocumentTypeTotal,
  type SourceAsOf,
} from './documents-bridge.ts';
import { NothingToCompare } from './nothing-to-compare.ts';
import { COMPARE_WHOLE } from './plan-settings.ts';
import { sqlFile } from './sql-file.ts';

export interface DocumentsBridgeRequest {
  readonly tenantId: string;
  /** `YYYY-MM`, in the tenant's days. */
  readonly month: string;
  /** How many findings the answer carries; default 100. The lines count them all. */
  readonly limit?: number;
}

type Bridge = Omit<DocumentsBridge, 'tenantId' | 'month' | 'madeAt' | 'sources' | 'warnings' | 'types'> & { readonly withoutRate: number };

const ORDERS = sqlFile('month-orders');
const INVOICES = sqlFile('month-invoices');
const BRIDGE = sqlFile('documents-bridge');
const TYPES = sqlFile('document-types');
const SOURCES = sqlFile('documents-sources');
/** What sales, refunds and documents come from. */
const STREAMS = ['shopify orders', 'odoo orders', 'odoo pos_orders', 'odoo invoices'];
/** A stream that is further behind is called stale. */
const STALE_AFTER = '60 minutes';
const KNOWN = `select exists (select 1 from public.tenants t where t.id = $1) as tenant,
  (select t.invoices_elsewhere from public.tenants t where t.id = $1) as elsewhere,
  exists (select 1 from ops.connections c where c.tenant_id = $1 and c.source = 'odoo') as books`;

/**
 * Explains the difference between a month's sales, less what was given back in it, and the documents issued in it. Asks no source: what a
 * stream has not brought yet is not in it, and `warnings` says so.
 * @throws when the month is none, the tenant is unknown, or it has no Odoo to issue documents
 */
export async function runDocumentsBridge(db: Pick<Database, 'snapshot'>, request: DocumentsBridgeRequest): Promise<DocumentsBridge> {
  const { tenantId, month, limit = 100 } = request;
  const { from, until } = boundsOf(month);
  return db.snapshot(tenantId, async (tx) => {
    const { elsewhere } = await knownBooks(tx);
    await tx.query(COMPARE_WHOLE);
    await tx.query(ORDERS, [tenantId, from, until]);
    await tx.query('analyze month_order');
    await tx.query(INVOICES, [tenantId, from, until]);
    await tx.query('analyze month_invoice');
    const { withoutRate, ...bridge } = (await tx.query<Bridge>(BRIDGE, [tenantId, from, until, limit, DOCUMENT_LINES])).rows[0]!;
    const types = await tx.query<DocumentTypeTotal & Record<string, unknown>>(TYPES, [tenantId, from]);
    const known = await tx.query<{ sources: SourceAsOf[]; warnings: DocumentsWarning[] }>(SOURCES, [tenantId, STREAMS, from, STALE_AFTER]);
    const { sources, warnings } = known.rows[0]!;
    return {
      tenantId,
      month,
      madeAt: new Date().toISOString(),
      sources,
      ...bridge,
      types: types.rows,
      warnings: [...warnings, ...(withoutRate === 0 ? [] : [unrated(withoutRate)]), ...(elsewhere ? [ISSUED_ELSEWHERE] : [])],
    };
  });
}

/** First day of a month, and of the next. @throws */
export function boundsOf(month: string): { readonly from: string; readonly until: string } {
  const [, year = '', number = ''] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (year === '') throw new Error(`the month is "${month}"; write it like 2026-11`);
  const next =
    number === '12' ? `${String(Number(year) + 1).padStart(4, '0')}-01` : `${year}-${String(Number(number) + 1).padStart(2, '0')}`;
  return { from: `${month}-01`, until: `${next}-01` };
}

async function knownBooks({ query, tenantId }: TenantTransaction): Promise<{ readonly elsewhere: boolean }> {
  const row = (await query<{ tenant: boolean; elsewhere: boolean; books: boolean }>(KNOWN, [tenantId])).rows[0];
  if (row?.tenant !== true) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  if (row.books) return row;
  throw new NothingToCompare(`tenant ${tenantId} has no connection to odoo, which issues the documents; connect it with: kpi connect odoo`);
}

const unrated = (count: number): DocumentsWarning => ({
  code: 'without_rate',
  source: null,
  stream: null,
  connection: null,
  message: `${count} ventas, devoluciones o documentos sin tipo de cambio: están con monto 0`,
});

const ISSUED_ELSEWHERE: DocumentsWarning = {
  code: 'issued_elsewhere',
  source: null,
  stream: null,
  connection: null,
  message: 'La empresa emite documentos fuera de Odoo (invoices_elsewhere): aquí están solo los de Odoo',
};
