import type { Database, TenantTransaction } from '../store/database.ts';
import type { FindingClass } from './finding-classes.ts';
import type { FindingDocument, FindingEvent, FindingState, TrackedFinding } from './finding-state.ts';
import { sqlFile } from './sql-file.ts';

export interface WantedFindings {
  readonly tenantId: string;
  /** Without it findings of every state. */
  readonly states?: readonly FindingState[] | null;
  readonly class?: FindingClass | null;
  /** First seen at least so many local days ago. */
  readonly minAgeDays?: number | null;
  /** Local days of the originals, half-open. */
  readonly from?: string | null;
  readonly until?: string | null;
  /** Default 100. */
  readonly limit?: number;
}

export interface ShownFinding {
  readonly finding: TrackedFinding;
  readonly history: readonly FindingEvent[];
  readonly documents: readonly FindingDocument[];
}

/** No finding of the tenant has this number. */
export class NoSuchFinding extends Error {
  override readonly name = 'NoSuchFinding';
}

const LIST = sqlFile('finding-states');
const EVENTS = sqlFile('finding-events');
const DOCUMENTS = sqlFile('finding-documents');

/** Findings with what became of them, money before flags, largest first. */
export async function listFindings(db: Database, wanted: WantedFindings): Promise<TrackedFinding[]> {
  const { tenantId, states = null, class: one = null, minAgeDays = null, from = null, until = null, limit = 100 } = wanted;
  return db.transaction(tenantId, async ({ query }) => {
    const { rows } = await query<TrackedFinding & { number: string }>(LIST, [tenantId, states, one, minAgeDays, null, from, until, limit]);
    return rows;
  });
}

/** A finding, what became of it and every record it is about. @throws NoSuchFinding */
export async function showFinding(db: Database, tenantId: string, number: string): Promise<ShownFinding> {
  return db.transaction(tenantId, async (tx) => {
    const finding = await readFinding(tx, number);
    const history = await tx.query<FindingEvent & Record<string, unknown>>(EVENTS, [tenantId, number]);
    const documents = await tx.query<FindingDocument & Record<string, unknown>>(DOCUMENTS, [tenantId, number]);
    return { finding, history: history.rows, documents: documents.rows };
  });
}

/** Within a transaction of the tenant. @throws NoSuchFinding */
export async function readFinding({ query, tenantId }: TenantTransaction, number: string): Promise<TrackedFinding> {
  const values = [tenantId, null, null, null, number, null, null, 1];
  const found = (await query<TrackedFinding & { number: string }>(LIST, values)).rows[0];
  if (found === undefined)
    throw new NoSuchFinding(`tenant ${tenantId} has no finding ${number}; list them with: kpi reconcile findings --tenant ${tenantId}`);
  return found;
}
