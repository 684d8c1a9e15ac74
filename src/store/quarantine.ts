import type { Refused, Row } from '#contract';
import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

const ADD = sqlFile('quarantine-add');
const OPEN = "select count(*)::int as open from ops.quarantine where tenant_id = $1 and connection_id = $2 and state = 'open'";
const RECOVER = sqlFile('quarantine-recover');

export interface QuarantinePlace {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly stream: string;
  readonly runId: string;
}

/** Keeps refused records; the same record seen again is counted, not stored twice. */
export async function addToQuarantine(query: Query, place: QuarantinePlace, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  const once = new Map(refused.map((r) => [`${r.entity}/${r.sourceId}/${r.payloadSha256}`, r]));
  const list = [...once.values()];
  await query(ADD, [
    place.tenantId,
    place.connectionId,
    place.stream,
    place.runId,
    list.map((r) => r.entity),
    list.map((r) => r.sourceId),
    list.map((r) => r.reason),
    list.map((r) => r.payload),
    list.map((r) => r.payloadLength),
    list.map((r) => `\\x${r.payloadSha256}`),
  ]);
}

/** Closes what is quarantined of records that have now arrived in good order. */
export async function closeRecovered(query: Query, place: QuarantinePlace, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const { open } = (await query<{ open: number }>(OPEN, [place.tenantId, place.connectionId])).rows[0] ?? { open: 0 };
  if (open === 0) return;
  await query(RECOVER, [place.tenantId, place.connectionId, rows.map((r) => r.entity), rows.map((r) => r.sourceId)]);
}
