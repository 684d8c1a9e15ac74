import type { Connector } from '#contract';
import { addBackfill } from '../store/backfills.ts';
import { listConnections } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { instantOf } from '../store/local-instant.ts';
import { enqueueBackfill } from '../store/streams.ts';
import { sliceRange } from './slice-range.ts';

export interface BackfillWish {
  readonly tenant: { readonly id: string; readonly rut: string; readonly company_name: string; readonly time_zone: string };
  readonly source: string;
  readonly stream: string;
  /** Local day or instant, included. */
  readonly from: string;
  /** Local day or instant, not included; now when left out. */
  readonly until: string | undefined;
  readonly sliceDays: number;
  readonly reason: string;
  readonly requestedBy: string;
  /** What `from` and `until` are called where they were given, for messages about them. */
  readonly names: { readonly from: string; readonly until: string };
}

/** A backfill that cannot be: the message says what would be right. */
export class BackfillRefused extends Error {
  override readonly name = 'BackfillRefused';
  readonly code: 'unknown_source' | 'unknown_stream' | 'no_past' | 'not_connected' | 'empty_range' | 'future_range';

  constructor(code: BackfillRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Queues a date range of a stream to be read again, for each of the tenant's connections to the source; workers do it slice by slice.
 * @throws BackfillRefused; WrongInstant; BackfillOverlaps
 */
export async function startBackfill(
  db: Database,
  connectors: readonly Connector[],
  wish: BackfillWish,
): Promise<{ readonly ids: readonly string[]; readonly slices: number }> {
  const { tenant, names } = wish;
  const connector = connectors.find((c) => c.id === wish.source);
  const stream = connector?.streams.find((s) => s.name === wish.stream);
  if (connector === undefined)
    throw new BackfillRefused(
      'unknown_source',
      `there is no source "${wish.source}"; there are: ${connectors.map((c) => c.id).join(', ')}`,
    );
  if (stream === undefined) {
    const known = connector.streams.map((s) => s.name).join(', ');
    throw new BackfillRefused('unknown_stream', `${connector.id} has no stream "${wish.stream}"; it has: ${known}`);
  }
  if (stream.backfill === 'snapshot' || stream.backfill === 'none')
    throw new BackfillRefused(
      'no_past',
      `${connector.id} ${stream.name} is a present state without a past; read it again with: kpi sync --tenant ${tenant.rut} --source ${connector.id} --stream ${stream.name}`,
    );
  const connections = await listConnections(db, { tenantId: tenant.id, source: connector.id });
  if (connections.length === 0)
    throw new BackfillRefused(
      'not_connected',
      `${tenant.company_name} has no ${connector.id}; connect it: kpi connect ${connector.id} --tenant ${tenant.rut}`,
    );
  const from = await instantOf(db, wish.from, tenant.time_zone, names.from);
  const until = wish.until === undefined ? new Date() : await instantOf(db, wish.until, tenant.time_zone, names.until);
  if (from >= until)
    throw new BackfillRefused(
      'empty_range',
      `the range is empty: ${names.from} ${wish.from} is not before ${names.until} ${wish.until ?? 'now'}`,
    );
  if (from > new Date()) throw new BackfillRefused('future_range', `the range lies in the future: ${names.from} ${wish.from}`);
  // A walk by ids starts at the newest record each time, so cutting it would only read the same pages again.
  const bounds = stream.backfill === 'id-range' ? [from.toISOString(), until.toISOString()] : sliceRange(from, until, wish.sliceDays);
  const ids: string[] = [];
  for (const connection of connections) {
    const id = await addBackfill(db, {
      tenantId: tenant.id,
      connectionId: connection.id,
      source: connector.id,
      stream: stream.name,
      from: from.toISOString(),
      until: until.toISOString(),
      reason: wish.reason,
      requestedBy: wish.requestedBy,
      bounds,
    });
    await enqueueBackfill(db, tenant.id, id);
    ids.push(id);
  }
  return { ids, slices: bounds.length - 1 };
}
