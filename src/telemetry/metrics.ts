import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observer } from '../sync/observer.ts';
import { stateGauges, type StateSource } from './state-gauges.ts';

export interface MetricsOptions {
  readonly version: string;
  /** What the database says of streams, queue and workers; null: only what this process has done. */
  readonly state: StateSource | null;
}

export interface Metrics {
  readonly observe: Observer;
  /** An answered HTTP request. */
  answered(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void;
  /** Everything, in Prometheus' text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const SHORT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LONG = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/**
 * Metrics of this process. Counters name source, entity, lane and outcome, whose numbers of values are fixed by the code; a company is named
 * by state gauges alone, of which there is one set however many workers there are.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });

  new Gauge({ name: 'kpi_build_info', help: 'Always 1; which release runs.', labelNames: ['version', 'node'], registers })
    .labels(options.version, process.versions.node)
    .set(1);
  const rows = counter('kpi_rows_total', 'Records of committed batches, by what became of them.', ['source', 'entity', 'outcome']);
  const tombstoned = counter('kpi_rows_tombstoned_total', 'Rows marked as deleted in their source.', ['source', 'entity']);
  const runs = counter('kpi_runs_total', 'Runs that ended, by outcome.', ['source', 'lane', 'outcome']);
  const takeovers = counter('kpi_lease_takeovers_total', 'Leases taken from a holder that had fallen silent.', ['source', 'lane']);
  const requests = counter('kpi_requests_total', 'Attempts of requests to sources; outcome is ok or the code of the failure.', [
    'source',
    'outcome',
  ]);
  const retries = counter('kpi_request_retries_total', 'Of these, repeats of one that failed.', ['source', 'outcome']);
  const throttled = counter('kpi_throttled_seconds_total', 'Seconds waited before requests: budget, Retry-After, pauses between tries.', [
    'source',
  ]);
  const took = histogram('kpi_request_duration_seconds', 'From sending a request to the end of its answer.', ['source'], LONG);
  const batches = histogram('kpi_batch_duration_seconds', 'From planning a batch to its commit.', ['source', 'lane'], LONG);
  const locked = histogram('kpi_batch_locked_seconds', "Part of it under the tenant's lock.", ['source', 'lane'], SHORT);
  const answered = counter('kpi_http_requests_total', 'Answered HTTP requests, by route.', ['method', 'route', 'status']);
  const answering = histogram('kpi_http_request_duration_seconds', 'From a request to the end of its answer.', ['route'], SHORT);
  const state = options.state === null ? null : stateGauges(registry, options.state);

  return {
    observe: ({ source, lane: place, takenOver }) => {
      const lane = place.split(':')[0]!;
      if (takenOver) takeovers.inc({ source, lane });
      return {
        asked: () => undefined,
        read: () => undefined,
        request: ({ failure, attempt, waitedMs, tookMs }) => {
          const outcome = failure ?? 'ok';
          requests.inc({ source, outcome });
          if (attempt > 1) retries.inc({ source, outcome });
          throttled.inc({ source }, waitedMs / 1000);
          took.observe({ source }, tookMs / 1000);
        },
        committed: ({ balance, began, ended, merge }) => {
          for (const [entity, { read: _, tombstoned: gone, ...outcomes }] of balance.byEntity) {
            for (const [outcome, count] of Object.entries(outcomes)) if (count > 0) rows.inc({ source, entity, outcome }, count);
            if (gone > 0) tombstoned.inc({ source, entity }, gone);
          }
          batches.observe({ source, lane }, (ended - began) / 1000);
          if (merge !== null) locked.observe({ source, lane }, (merge.ended - merge.began) / 1000);
        },
        ended: (outcome) => runs.inc({ source, lane, outcome }),
      };
    },
    answered: ({ method, route, status, seconds }) => {
      answered.inc({ method, route, status });
      answering.observe({ route }, seconds);
    },
    render: async () => {
      await state?.();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
