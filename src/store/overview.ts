import type { Database } from './database.ts';
import { queueState, type QueueGroup } from './queue-state.ts';
import { sqlFile } from './sql-file.ts';
import { listWorkers, type WorkerRow } from './workers.ts';

/** One connection of a company, by its stream that a person would look at first. */
export interface SourceStatus {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly time_zone: string;
  readonly connection_id: string;
  readonly source: string;
  readonly name: string;
  /** `trouble` waits for a person; `attention` may pass by itself, or has records in quarantine or days that differ from the source. */
  readonly light: 'ok' | 'attention' | 'trouble' | 'paused';
  readonly streams: number;
  readonly streams_ok: number;
  /** Being read at this moment. */
  readonly streams_reading: number;
  /** Null when the connection has no stream. */
  readonly stream: string | null;
  readonly state: 'held' | 'failing' | 'stale' | 'retrying' | 'loading' | 'ok' | null;
  /** Of that stream: how old what it covers is. Null before its first reading has ended. */
  readonly lag_seconds: number | null;
  readonly last_success_at: Date | null;
  readonly open_quarantine: number;
  /** Days that by the last comparison are not as in the source. */
  readonly days_differing: number;
  readonly problem: string | null;
}

export interface OpenBackfill {
  readonly tenant_id: string;
  readonly rut: string;
  readonly id: string;
  readonly source: string;
  readonly stream: string;
  readonly range_from: Date;
  readonly range_until: Date;
  readonly state: string;
  readonly slices: number;
  readonly slices_done: number;
}

export interface FiringAlert {
  readonly tenant_id: string;
  readonly rut: string;
  readonly kind: string;
  readonly title: string;
  readonly since: Date;
}

/** Everything an operator wants to see at a glance. */
export interface Overview {
  readonly as_of: Date;
  readonly sources: readonly SourceStatus[];
  readonly backfills: readonly OpenBackfill[];
  readonly alerts: readonly FiringAlert[];
  readonly workers: readonly WorkerRow[];
  readonly queue: readonly QueueGroup[];
}

const SOURCES = sqlFile('status-sources');
const BACKFILLS = sqlFile('status-backfills');
const ALERTS = `select a.tenant_id, t.rut, a.kind, a.title, a.since from ops.alert_states a join public.tenants t on t.id = a.tenant_id
  where a.state = 'firing' and ($1::uuid is null or a.tenant_id = $1) order by a.since desc`;

/** The state of one tenant, or of all, by a handful of set-based statements. Workers and queue are everybody's. */
export async function readOverview(db: Database, tenantId: string | null): Promise<Overview> {
  const [clock, sources, backfills, alerts, workers, queue] = await Promise.all([
    db.query<{ now: Date }>('select clock_timestamp() as now'),
    db.query<SourceStatus>(SOURCES, [tenantId]),
    db.query<OpenBackfill>(BACKFILLS, [tenantId]),
    db.query<FiringAlert>(ALERTS, [tenantId]),
    listWorkers(db),
    queueState(db),
  ]);
  return { as_of: clock.rows[0]!.now, sources: sources.rows, backfills: backfills.rows, alerts: alerts.rows, workers, queue };
}
