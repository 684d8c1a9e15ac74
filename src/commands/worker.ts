import type { Command } from 'commander';
import { createMetricsServer } from '../api/metrics.ts';
import type { App } from '../app.ts';
import { startWorker } from '../jobs/worker.ts';
import type { CommandContext } from './context.ts';
import { openMetrics } from './open-metrics.ts';
import { openTraces } from './open-traces.ts';
import { UsageError } from './terminal.ts';

interface WorkerCommandOptions {
  readonly concurrency?: string;
  readonly metricsPort?: string;
  readonly metricsHost: string;
  readonly metricsState: boolean;
}

export function workerCommands(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .description('run jobs until stopped (SIGTERM or Ctrl-C); start as many as you like, on as many machines')
    .option('--metrics-port <n>', 'answer GET /metrics there, for Prometheus; 0 takes any free port')
    .option('--metrics-host <address>', 'beyond this machine a service token is asked for', '127.0.0.1')
    .option('--metrics-state', 'there also the state of the database, which kpi serve shows; for where there is none', false)
    .option('--concurrency <n>', 'jobs at once; default KPI_WORKER_CONCURRENCY')
    .addHelpText('after', '\nExample:\n  kpi worker --concurrency 8 --metrics-port 9464')
    .action(async (options: WorkerCommandOptions) => {
      const { timings, workerConcurrency } = context.config;
      const concurrency = Number(options.concurrency ?? workerConcurrency);
      if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64)
        throw new UsageError(`--concurrency is "${options.concurrency}"; it is a whole number from 1 to 64`);
      const app = await context.app();
      const metrics = await serveMetrics(app, options);
      const endTraces = await openTraces(app);
      const stopping = stopSignal();
      try {
        const worker = await startWorker(app, {
          queueUrl: app.queueUrl,
          concurrency,
          heartbeatMs: timings.heartbeatMs,
          deadAfterMs: timings.deadWorkerMs,
          patienceMs: timings.databaseWaitMs,
          signal: stopping,
          // Whoever started us over a channel (the demo) is told, and is not outlived.
          onBeat: (peakMb) => process.send?.({ peak_mb: peakMb }),
        });
        context.log.info({ concurrency }, 'worker started');
        const stopped = new Promise<string>((resolve) => {
          if (stopping.aborted) resolve(because(stopping));
          stopping.addEventListener('abort', () => resolve(because(stopping)), { once: true });
        });
        const ended = await Promise.race([stopped, worker.finished.then(() => 'the queue ended')]);
        context.log.info({ because: ended }, 'worker stopping');
        await worker.stop();
      } catch (error) {
        // Told to stop before it had begun.
        if (error !== stopping.reason) throw error;
        context.log.info({ because: because(stopping) }, 'worker stopping');
      } finally {
        await metrics?.close();
        await endTraces();
        if (process.connected) process.disconnect();
      }
    });
}

/** Aborted once, when the process is told to stop or has lost whoever started it. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => stopping.abort(new Error(name)));
  if (process.connected) process.once('disconnect', () => stopping.abort(new Error('whoever started it is gone')));
  return stopping.signal;
}

const because = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));

/** The server of a worker's metrics; null when none is wanted. */
async function serveMetrics(app: App, { metricsPort, metricsHost: host, metricsState: state }: WorkerCommandOptions) {
  if (metricsPort === undefined) {
    if (state) throw new UsageError('--metrics-state shows more where --metrics-port says; that is missing');
    return null;
  }
  const port = Number(metricsPort);
  if (!/^\d+$/.test(metricsPort) || port > 65_535)
    throw new UsageError(`--metrics-port is "${metricsPort}"; it is a whole number from 0 to 65535`);
  const open = /^(?:127\.|::1$|localhost$)/.test(host);
  const server = createMetricsServer({ db: app.db, metrics: await openMetrics(app, { state }), open });
  const url = await server.listen({ host, port });
  app.log.info({ url: `${url}/metrics`, open }, 'metrics are shown');
  return server;
}
