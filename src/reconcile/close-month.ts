import { randomUUID } from 'node:crypto';
import { audit, type Author } from '../store/audit.ts';
import type { Database, TenantTransaction } from '../store/database.ts';
import { ClosingRefused, type Closing, type PeriodTotals } from './closing.ts';
import type { DocumentsBridge, DocumentsWarning, SourceAsOf } from './documents-bridge.ts';
import { boundsOf, runDocumentsBridge } from './run-documents-bridge.ts';
import { runReconciliation } from './run-reconciliation.ts';
import { sqlFile } from './sql-file.ts';

export interface CloseRequest {
  readonly tenantId: string;
  /** `YYYY-MM`, in the tenant's days. */
  readonly month: string;
  /** Although a source is not current, is being read again, or a bridge does not close. */
  readonly force: boolean;
}

const SOURCES = sqlFile('documents-sources');
const TOTALS = sqlFile('period-totals');
const CLOSING = sqlFile('closing');
const KEEP_DOCUMENTS = sqlFile('closing-documents');
const KEEP_FOR_READERS = sqlFile('keep-month-closings');
const STREAMS = ['shopify orders', 'odoo orders', 'odoo pos_orders', 'odoo invoices'];
const STALE_AFTER = '60 minutes';
/** More findings than anybody reads; the lines count them all. */
const MOST_FINDINGS = 10_000;
const KNOWN = `select t.time_zone, array(select distinct c.source from ops.connections c where c.tenant_id = t.id) as sources,
    to_char($2::date::timestamp at time zone t.time_zone at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as from,
    to_char($3::date::timestamp at time zone t.time_zone at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until
  from public.tenants t where t.id = $1`;
const ADD = `insert into ops.closings
    (tenant_id, id, month, currency, closed_at, closed_by, reason, is_forced, totals, sources, warnings, reconciliation_id, documents_bridge_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;
const KEEP_BRIDGE = `insert into ops.documents_bridges (tenant_id, id, month, made_at, kept_by, reason, bridge) values ($1, $2, $3, $4, $5, $6, $7)`;
const REOPEN = `update ops.closings set reopened_at = clock_timestamp(), reopened_by = $3, reopened_because = $4
  where tenant_id = $1 and month = $2::date and reopened_at is null returning id`;
/** What makes a month's numbers less than certain. */
const UNCERTAIN: ReadonlySet<DocumentsWarning['code']> = new Set([
  'paused',
  'loading',
  'stale',
  'starts_later',
  'held',
  'failing',
  'backfilling',
]);

/**
 * Closes a month for good: both bridges, their findings and every document of it are kept as they are at one instant, all or nothing.
 * @throws ClosingRefused when the month is not over or closed already; unless forced, when a source is not current or a bridge does not close
 */
export async function closeMonth(db: Database, request: CloseRequest, author: Author): Promise<Closing> {
  const { tenantId, month, force } = request;
  const { from, until } = boundsOf(month);
  return db.snapshot(tenantId, async (tx) => {
    const { query } = tx;
    const known = (await query<{ sources: string[]; from: string; until: string }>(KNOWN, [tenantId, from, until])).rows[0];
    if (known === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
    const before = (await query<Closing & { id: string }>(CLOSING, [tenantId, from])).rows[0];
    if (before !== undefined && before.reopenedAt === null)
      throw new ClosingRefused(
        `${month} of tenant ${tenantId} was closed by ${before.closedBy} on ${before.closedAt}; to close it anew, open it: kpi reconcile reopen --tenant ${tenantId} --month ${month} --reason <why>`,
      );
    const period = (await query<{ currency: string; at: string; isOver: boolean; totals: PeriodTotals }>(TOTALS, [tenantId, from, until]))
      .rows[0]!;
    if (!period.isOver) throw new ClosingRefused(`${month} is not over for tenant ${tenantId}: it can be closed from ${until} on`);
    const told = await query<{ sources: SourceAsOf[]; warnings: DocumentsWarning[] }>(SOURCES, [tenantId, STREAMS, from, STALE_AFTER]);
    const { sources, warnings } = told.rows[0]!;
    if (!force) refuse(tenantId, month, warnings.filter(({ code }) => UNCERTAIN.has(code)).map(describe));

    const here = oneTransaction(tx);
    const books = known.sources.includes('odoo');
    const documents = books ? await runDocumentsBridge(here, { tenantId, month, limit: MOST_FINDINGS }) : null;
    const commercial =
      books && known.sources.includes('shopify')
        ? await runReconciliation(here, { tenantId, asOf: period.at, from: known.from, until: known.until, limit: 0 })
        : null;
    if (!force) refuse(tenantId, month, [...open('documents', documents), ...open('orders', commercial)]);

    const id = randomUUID();
    const bridgeId = documents === null ? null : randomUUID();
    if (documents !== null)
      await query(KEEP_BRIDGE, [tenantId, bridgeId, from, documents.madeAt, author.who, author.reason, JSON.stringify(documents)]);
    const bridges = [commercial?.id ?? null, bridgeId];
    const told2 = [JSON.stringify(period.totals), JSON.stringify(sources), JSON.stringify(warnings)];
    await query(ADD, [tenantId, id, from, period.currency, period.at, author.who, author.reason, force, ...told2, ...bridges]);
    await query(KEEP_DOCUMENTS, [tenantId, id, from, until]);
    await query(KEEP_FOR_READERS, [tenantId]);
    await audit(query, tenantId, author, 'reconcile.close', { id, month, forced: force, sales: period.totals.sale.amount });
    return (await query<Closing & { id: string }>(CLOSING, [tenantId, from])).rows[0]!;
  });
}

/**
 * Opens a closed month again; what was kept stays kept, and what changed in it is no finding any more.
 * @throws ClosingRefused when it is not closed
 */
export async function reopenMonth(db: Database, tenantId: string, month: string, author: Author): Promise<Closing> {
  const { from } = boundsOf(month);
  return db.transaction(tenantId, async ({ query }) => {
    const { rows } = await query<{ id: string }>(REOPEN, [tenantId, from, author.who, author.reason]);
    if (rows[0] === undefined) throw new ClosingRefused(`${month} is not closed for tenant ${tenantId}`);
    await query(KEEP_FOR_READERS, [tenantId]);
    await audit(query, tenantId, author, 'reconcile.reopen', { id: rows[0].id, month });
    return (await query<Closing & { id: string }>(CLOSING, [tenantId, from])).rows[0]!;
  });
}

/** Use cases that bring a transaction of their own, run in this one: they see the same rows, and commit with it. */
function oneTransaction(tx: TenantTransaction): Pick<Database, 'snapshot' | 'transaction'> {
  return { snapshot: (_, work) => work(tx), transaction: (_, work) => work(tx) };
}

function refuse(tenantId: string, month: string, why: readonly string[]): void {
  if (why.length === 0) return;
  throw new ClosingRefused(
    `${month} of tenant ${tenantId} cannot be closed: ${why.join('; ')}. See kpi status; --force closes it nevertheless, and says so`,
  );
}

const describe = ({ source, stream, message }: DocumentsWarning): string =>
  [source, stream].filter((word) => word !== null).join(' ') + `: ${message}`;

function open(bridge: string, made: Pick<DocumentsBridge, 'remainder'> | null): string[] {
  return made === null || made.remainder === '0' ? [] : [`the bridge of ${bridge} leaves ${made.remainder} unexplained`];
}
