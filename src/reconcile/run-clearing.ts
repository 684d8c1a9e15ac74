import type { Database } from '../store/database.ts';
import { CLEARING_LINES, type Clearing, type GatewayClearing } from './clearing.ts';
import type { DocumentsWarning, SourceAsOf } from './documents-bridge.ts';
import { NothingToCompare } from './nothing-to-compare.ts';
import { COMPARE_WHOLE } from './plan-settings.ts';
import { sqlFile } from './sql-file.ts';

export interface ClearingRequest {
  readonly tenantId: string;
  /** Local days `YYYY-MM-DD`, half-open. */
  readonly from: string;
  readonly until: string;
  /** How many findings the answer carries; default 100. The lines count them all. */
  readonly limit?: number;
}

type Raw = Pick<Clearing, 'currency' | 'findings'> & { readonly gateways: readonly (GatewayClearing & { readonly withoutRate: number })[] };

const CLEARING = sqlFile('clearing');
const SOURCES = sqlFile('documents-sources');
const STREAMS = [
  'shopify orders',
  'shopify payouts',
  'shopify payout_transactions',
  'odoo orders',
  'odoo invoices',
  'odoo payments',
  'odoo payment_allocations',
];
/** A stream that is further behind is called stale: payouts and payments are read each hour. */
const STALE_AFTER = '3 hours';
const KNOWN = `select exists (select 1 from public.tenants t where t.id = $1) as tenant,
  exists (select 1 from ops.connections c where c.tenant_id = $1 and c.source = 'shopify') as shop,
  exists (select 1 from ops.connections c where c.tenant_id = $1 and c.source = 'odoo') as books`;

/** Without books nothing is missing in them. */
const NO_BOOKS = { inBooks: null, difference: null, lines: [], remainder: '0' } as const;

/**
 * Explains, gateway by gateway, the difference between what a shop took in a period and the payments its books hold of it. Without
 * an Odoo it says what was taken, kept and paid out.
 * @throws when the range is empty, the tenant is unknown, or it has no shop
 */
export async function runClearing(db: Database, request: ClearingRequest): Promise<Clearing> {
  const { tenantId, from, until, limit = 100 } = request;
  if (from >= until) throw new Error(`the range from ${from} until ${until} is empty: the end is exclusive and must come after the start`);
  return db.transaction(tenantId, async ({ query }) => {
    const known = (await query<{ tenant: boolean; shop: boolean; books: boolean }>(KNOWN, [tenantId])).rows[0];
    if (known?.tenant !== true) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
    if (!known.shop)
      throw new NothingToCompare(
        `tenant ${tenantId} has no connection to shopify: no gateway is known; connect it with: kpi connect shopify`,
      );
    await query(COMPARE_WHOLE);
    const raw = (await query<Raw>(CLEARING, [tenantId, from, until, limit, CLEARING_LINES])).rows[0]!;
    const said = (await query<{ sources: SourceAsOf[]; warnings: DocumentsWarning[] }>(SOURCES, [tenantId, STREAMS, from, STALE_AFTER]))
      .rows[0]!;
    const unrated = raw.gateways.reduce((sum, one) => sum + one.withoutRate, 0);
    return {
      tenantId,
      from,
      until,
      madeAt: new Date().toISOString(),
      sources: said.sources,
      currency: raw.currency,
      gateways: raw.gateways.map(({ withoutRate: _, ...gateway }) => (known.books ? gateway : { ...gateway, ...NO_BOOKS })),
      warnings: [
        ...said.warnings,
        ...(unrated === 0
          ? []
          : [
              {
                code: 'without_rate' as const,
                source: 'shopify',
                stream: 'orders',
                connection: null,
                message: `${unrated} transacciones sin tipo de cambio: están con monto 0`,
              },
            ]),
      ],
      findings: known.books ? raw.findings : [],
    };
  });
}
