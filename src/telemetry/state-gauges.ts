import { Gauge, type Registry } from 'prom-client';
import type { StreamGauge, WarehouseState } from '../store/warehouse-state.ts';

export interface StateSource {
  /** Asked at most once in `cacheMs`, however often and by how many it is scraped. */
  read(): Promise<WarehouseState>;
  readonly cacheMs: number;
  /** `together`: no company is named; of each source and stream the worst speaks. For installations with very many companies. */
  readonly tenants: 'each' | 'together';
  readonly deadWorkerSeconds: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Gauges of what the database says. When it does not answer they are absent and `kpi_state_up` is 0: an old value would look like a
 * healthy one.
 * @returns brings them up to date
 */
export function stateGauges(registry: Registry, source: StateSource): () => Promise<void> {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers });
  const tenant = source.tenants === 'each' ? ['tenant'] : [];
  const up = gauge('kpi_state_up', 'Whether the database answered when it was last asked for the gauges below.');
  const all = {
    lag: gauge('kpi_stream_lag_seconds', 'How old what a stream covers is, by the clock of its source; the oldest of its connections.', [
      ...tenant,
      'source',
      'stream',
    ]),
    streams: gauge('kpi_streams', 'Streams by state: ok, loading, retrying, stale, failing, held, paused.', ['source', 'state']),
    quarantine: gauge('kpi_quarantine_open', 'Refused records that wait for a person.', [...tenant, 'source', 'stream']),
    jobs: gauge('kpi_queue_jobs', 'Jobs of the queue by task and state: ready, scheduled, running, failed.', ['task', 'state']),
    oldest: gauge('kpi_queue_oldest_job_seconds', 'How long the oldest job that could run has been waiting.'),
    workers: gauge('kpi_workers', 'Workers that have not said farewell: alive or silent.', ['state']),
    backfills: gauge('kpi_backfills', 'Backfills that have not ended, by state.', ['state']),
    alerts: gauge('kpi_alerts_firing', 'Alerts that fire.', ['kind']),
    bytes: gauge('kpi_database_size_bytes', 'Size of the warehouse.'),
  };
  const read = cached(source);
  return async () => {
    let state: WarehouseState;
    try {
      state = await read();
    } catch (error) {
      source.onError(error);
      up.set(0);
      for (const one of Object.values(all)) one.reset();
      return;
    }
    up.set(1);
    for (const one of Object.values(all)) one.reset();
    const named = (stream: StreamGauge) => ({
      ...(source.tenants === 'each' ? { tenant: stream.tenant_id } : {}),
      source: stream.source,
      stream: stream.stream,
    });
    const worst = new Map<string, { labels: Record<string, string>; lag: number | null; refused: number }>();
    for (const stream of state.streams) {
      all.streams.inc({ source: stream.source, state: stream.state });
      const labels = named(stream);
      const key = JSON.stringify(labels);
      const known = worst.get(key) ?? { labels, lag: null, refused: 0 };
      // A paused stream is not behind: nobody reads it on purpose.
      const lag = stream.state === 'paused' ? null : stream.lag_seconds;
      worst.set(key, {
        labels,
        lag: lag === null ? known.lag : Math.max(known.lag ?? 0, lag),
        refused: known.refused + stream.open_quarantine,
      });
    }
    for (const { labels, lag, refused } of worst.values()) {
      if (lag !== null) all.lag.set(labels, lag);
      all.quarantine.set(labels, refused);
    }
    for (const { task, state: word, jobs } of state.queue) all.jobs.inc({ task, state: word }, jobs);
    all.oldest.set(Math.max(0, ...state.queue.flatMap((group) => (group.state === 'ready' ? [group.oldest_seconds] : []))));
    const alive = state.workers.filter(({ silent_seconds }) => silent_seconds <= source.deadWorkerSeconds).length;
    all.workers.set({ state: 'alive' }, alive);
    all.workers.set({ state: 'silent' }, state.workers.length - alive);
    for (const { state: word, backfills } of state.backfills) all.backfills.set({ state: word }, backfills);
    for (const { kind, firing } of state.alerts) all.alerts.set({ kind }, firing);
    all.bytes.set(state.bytes);
  };
}

/** One question at a time, and none while the last answer is young. A failure is not kept. */
function cached({ read, cacheMs }: StateSource): () => Promise<WarehouseState> {
  let answer: Promise<WarehouseState> | null = null;
  let until = 0;
  return () => {
    if (answer !== null && performance.now() < until) return answer;
    until = performance.now() + cacheMs;
    answer = read();
    answer.catch(() => {
      answer = null;
    });
    return answer;
  };
}
