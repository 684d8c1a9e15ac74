import type { Database } from './database.ts';
import { queueState, type QueueGroup } from './queue-state.ts';
import { sqlFile } from './sql-file.ts';
import { listWorkers, type WorkerRow } from './workers.ts';

export interface StreamGauge {
  readonly tenant_id: string;
  readonly source: string;
  readonly stream: string;
  readonly state: 'ok' | 'loading' | 'retrying' | 'stale' | 'failing' | 'held' | 'paused';
  /** Null before the first reading has ended. */
  readonly lag_seconds: number | null;
  readonly open_quarantine: number;
}

/** What all processes together have come to, as numbers. */
export interface WarehouseState {
  readonly streams: readonly StreamGauge[];
  readonly queue: readonly QueueGroup[];
  readonly workers: readonly WorkerRow[];
  readonly backfills: readonly { readonly state: string; readonly backfills: number }[];
  readonly alerts: readonly { readonly kind: string; readonly firing: number }[];
  readonly bytes: number;
}

const STREAMS = sqlFile('stream-gauges');
const BACKFILLS = 'select state, count(*)::float8 as backfills from ops.backfills where ended_at is null group by state order by state';
const ALERTS = `select kind, count(*)::float8 as firing from ops.alert_states where state = 'firing' group by kind order by kind`;
const BYTES = 'select pg_database_size(current_database())::float8 as bytes';

/** Reads it by six set-based statements, whatever the number of tenants. */
export async function warehouseState(db: Database): Promise<WarehouseState> {
  const [streams, queue, workers, backfills, alerts, size] = await Promise.all([
    db.query<StreamGauge>(STREAMS),
    queueState(db),
    listWorkers(db),
    db.query<{ state: string; backfills: number }>(BACKFILLS),
    db.query<{ kind: string; firing: number }>(ALERTS),
    db.query<{ bytes: number }>(BYTES),
  ]);
  return { streams: streams.rows, queue, workers, backfills: backfills.rows, alerts: alerts.rows, bytes: size.rows[0]!.bytes };
}
