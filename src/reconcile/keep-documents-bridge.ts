import { randomUUID } from 'node:crypto';
import { audit, type Author } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import type { DocumentsBridge } from './documents-bridge.ts';
import { boundsOf } from './run-documents-bridge.ts';

/** A bridge as a person kept it. */
export interface KeptBridge {
  readonly id: string;
  readonly keptBy: string;
  readonly reason: string;
  readonly bridge: DocumentsBridge;
}

const KEEP = `insert into ops.documents_bridges (tenant_id, id, month, made_at, kept_by, reason, bridge) values ($1, $2, $3, $4, $5, $6, $7)`;
const LAST = `select b.id, b.kept_by as "keptBy", b.reason, b.bridge from ops.documents_bridges b
  where b.tenant_id = $1 and b.month = $2::date order by b.made_at desc, b.id limit 1`;

/** Keeps a bridge for good, with who did it and why: what changes afterwards shows beside it. */
export async function keepDocumentsBridge(db: Pick<Database, 'transaction'>, bridge: DocumentsBridge, author: Author): Promise<KeptBridge> {
  const id = randomUUID();
  await db.transaction(bridge.tenantId, async ({ query, tenantId }) => {
    const month = boundsOf(bridge.month).from;
    await query(KEEP, [tenantId, id, month, bridge.madeAt, author.who, author.reason, JSON.stringify(bridge)]);
    await audit(query, tenantId, author, 'reconcile.documents.keep', { id, month: bridge.month, documents: bridge.documentsAmount });
  });
  return { id, keptBy: author.who, reason: author.reason, bridge };
}

/**
 * The last bridge of a month that was kept.
 * @throws when none was
 */
export async function lastKeptBridge(db: Database, tenantId: string, month: string): Promise<KeptBridge> {
  const found = await db.transaction(tenantId, ({ query }) =>
    query<KeptBridge & Record<string, unknown>>(LAST, [tenantId, boundsOf(month).from]),
  );
  const kept = found.rows[0];
  if (kept === undefined)
    throw new Error(`no bridge of ${month} was kept; keep one with: kpi reconcile documents --month ${month} --keep <reason>`);
  return kept;
}

/** One row of a bridge, as it was kept and as it is now. */
export interface BridgeChange {
  /** `sales`, `refunds`, `documents`, or a line. */
  readonly row: string;
  readonly kept: string;
  readonly now: string;
}

/** The rows of which a kept bridge says another amount than a newer one; none when the month stands as it was closed. */
export function changesSince(kept: DocumentsBridge, now: DocumentsBridge): BridgeChange[] {
  const rows = (bridge: DocumentsBridge) =>
    new Map<string, string>([
      ['sales', bridge.salesAmount],
      ['refunds', bridge.refundsAmount],
      ...bridge.lines.map(({ line, amount }) => [line, amount] as const),
      ['documents', bridge.documentsAmount],
    ]);
  const [before, after] = [rows(kept), rows(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((row) => ({ row, kept: before.get(row) ?? '0', now: after.get(row) ?? '0' }))
    .filter((change) => change.kept !== change.now);
}
