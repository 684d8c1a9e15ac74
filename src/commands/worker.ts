import type { Command } from 'commander';
import { startWorker } from '../jobs/worker.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

export function workerCommands(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .description('run jobs until stopped (SIGTERM or Ctrl-C); start as many as you like, on as many machines')
    .option('--concurrency <n>', 'jobs at once; default KPI_WORKER_CONCURRENCY')
    .action(async (options: { concurrency?: string }) => {
      const { timings, workerConcurrency } = context.config;
      const concurrency = Number(options.concurrency ?? workerConcurrency);
      if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64)
        throw new UsageError(`--concurrency is "${options.concurrency}"; it is a whole number from 1 to 64`);
      const app = await context.app();
      const worker = await startWorker(app, {
        queueUrl: app.queueUrl,
        concurrency,
        heartbeatMs: timings.heartbeatMs,
        deadAfterMs: timings.deadWorkerMs,
        // Whoever started us over a channel (the demo) is told, and is not outlived.
        onBeat: (peakMb) => process.send?.({ peak_mb: peakMb }),
      });
      context.log.info({ concurrency }, 'worker started');
      const signal = new Promise<string>((resolve) => {
        for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => resolve(name));
        if (process.connected) process.once('disconnect', () => resolve('whoever started it is gone'));
      });
      const ended = await Promise.race([signal, worker.finished.then(() => 'the queue ended')]);
      context.log.info({ because: ended }, 'worker stopping');
      await worker.stop();
      if (process.connected) process.disconnect();
    });
}
