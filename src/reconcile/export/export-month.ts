import type { Database, TenantTransaction } from '../../store/database.ts';
import type { Located } from '../../store/record-urls.ts';
import { ClosingRefused, type ShownClosing } from '../closing.ts';
import type { DocumentsWarning } from '../documents-bridge.ts';
import { NotCurrent } from '../not-current.ts';
import { NothingToCompare } from '../nothing-to-compare.ts';
import { boundsOf, runDocumentsBridge } from '../run-documents-bridge.ts';
import { runReconciliation } from '../run-reconciliation.ts';
import { showClosing } from '../show-closing.ts';
import { sqlFile } from '../sql-file.ts';
import type { ExportedCompany, ExportedFinding, MonthExport } from './month-export.ts';

export interface ExportRequest {
  readonly tenantId: string;
  /** `YYYY-MM`, in the tenant's days. */
  readonly month: string;
  /** The month as it is now although it is closed. */
  readonly live?: boolean;
  /** Refuse where a side is paused, loading, stale, held or being read again, instead of saying so in the export. */
  readonly strict?: boolean;
  /** Keep the comparison of a month that is not closed, so that it can be shown again. */
  readonly keep: boolean;
  /** The page of a record in its source. */
  readonly urlOf: (record: Located) => string | null;
}

type Company = ExportedCompany &
  Pick<MonthExport, 'madeAt'> & { readonly sources: readonly string[]; readonly from: string; readonly until: string };
type FoundRow = Omit<ExportedFinding, 'shopUrl' | 'erpUrl'> & {
  readonly shopConnectionId: string | null;
  readonly shopSourceId: string | null;
  readonly erpConnectionId: string | null;
  readonly erpSourceId: string | null;
};

const COMPANY = sqlFile('export-company');
const FINDINGS = sqlFile('export-findings');
const PAGE = 'fetch 2000 from export_findings';
/** Of the bridge to documents, and of what changed since a closing: more than anybody reads. What is beyond is told as one sum. */
const MOST = 10_000;
/** What a strict export refuses of the documents' streams; of the orders' the comparison says it itself. */
const REFUSED: ReadonlySet<DocumentsWarning['code']> = new Set(['paused', 'loading', 'stale', 'held', 'backfilling']);

/**
 * Reads a month whole, at one instant, and hands it to `write`; all that `write` reads comes from that instant. A month that is closed is as it
 * was closed. Made again from the start, `write` included, when another transaction was in the way.
 * @throws NothingToCompare without an Odoo; NotCurrent when strict and a side is not; what `write` throws
 */
export async function exportMonth<T>(
  db: Pick<Database, 'snapshot'>,
  request: ExportRequest,
  write: (exported: MonthExport) => Promise<T>,
): Promise<T> {
  const { tenantId, month, live = false, strict = false, keep } = request;
  const bounds = boundsOf(month);
  return db.snapshot(tenantId, async (tx) => {
    const company = (await tx.query<Company>(COMPANY, [tenantId, bounds.from, bounds.until])).rows[0];
    if (company === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
    const { sources, from, until, madeAt, ...known } = company;
    if (!sources.includes('odoo'))
      throw new NothingToCompare(
        `tenant ${tenantId} has no connection to odoo: there is nothing to export; connect it with: kpi connect odoo`,
      );
    const shown = await closingOf(tx, month);
    const common = { company: known, month, madeAt, closing: shown?.closing ?? null, live: shown?.live ?? null };
    if (shown !== null && shown.closing.reopenedAt === null && !live) {
      const { closing, reconciliation, documents } = shown;
      return write({
        ...common,
        isClosed: true,
        isKept: true,
        reconciliation,
        documents,
        findings: () => findingsOf(tx, request, reconciliation?.id, closing.closedAt),
      });
    }
    const here = oneTransaction(tx);
    await tx.query('savepoint before_export');
    const reconciliation = sources.includes('shopify')
      ? await runReconciliation(here, { tenantId, asOf: new Date().toISOString(), from, until, strict, limit: 0 })
      : null;
    const documents = await runDocumentsBridge(here, { tenantId, month, limit: MOST });
    if (strict) refuse(tenantId, documents.warnings);
    const done = await write({
      ...common,
      isClosed: false,
      isKept: keep,
      reconciliation,
      documents,
      findings: () => findingsOf(tx, request, reconciliation?.id, null),
    });
    if (!keep) await tx.query('rollback to savepoint before_export');
    return done;
  });
}

async function closingOf(tx: TenantTransaction, month: string): Promise<ShownClosing | null> {
  try {
    return await showClosing(oneTransaction(tx), tx.tenantId, month, MOST);
  } catch (error) {
    if (error instanceof ClosingRefused) return null;
    throw error;
  }
}

async function* findingsOf(
  { query, tenantId }: TenantTransaction,
  { urlOf }: ExportRequest,
  id: string | undefined,
  closedAt: string | null,
): AsyncGenerator<ExportedFinding> {
  if (id === undefined) return;
  await query(FINDINGS, [tenantId, id, closedAt]);
  const page = (connectionId: string | null, sourceId: string | null) => urlOf({ entity: 'order', sourceId, refs: {}, connectionId });
  for (;;) {
    const { rows } = await query<FoundRow & { finding: number }>(PAGE);
    if (rows.length === 0) break;
    for (const { shopConnectionId, shopSourceId, erpConnectionId, erpSourceId, ...finding } of rows)
      yield { ...finding, shopUrl: page(shopConnectionId, shopSourceId), erpUrl: page(erpConnectionId, erpSourceId) };
  }
  await query('close export_findings');
}

/** Use cases that bring a transaction of their own, run in this one: they see the same rows. */
function oneTransaction(tx: TenantTransaction): Pick<Database, 'snapshot' | 'transaction'> {
  return { snapshot: (_, work) => work(tx), transaction: (_, work) => work(tx) };
}

function refuse(tenantId: string, warnings: readonly DocumentsWarning[]): void {
  const why = warnings.filter(({ code }) => REFUSED.has(code)).map(({ source, stream, message }) => `${source} ${stream}: ${message}`);
  if (why.length === 0) return;
  throw new NotCurrent(
    `tenant ${tenantId} cannot be exported strictly: ${why.join('; ')}. See kpi status; without --strict the export says so`,
  );
}
