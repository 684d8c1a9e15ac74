import { openApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { createLog } from '../../src/log.ts';

/*
 * The real worker as a process of its own, with one change: a source that hangs is given up after a second and not after a minute, or
 * a matrix of faults would take hours. Every other rest between tries is the real one.
 */
const DEADLINE_MS = 1000;

const config = readConfig(process.env);
if (config.database === null) throw new Error('DATABASE_URL is missing');
const app = openApp(config, config.database, createLog({ level: config.logLevel }));
const hurried: JobDeps = {
  ...app,
  jobFor: async (...which) => {
    const job = await app.jobFor(...which);
    return { ...job, http: (address, init) => job.http(address, { ...init, timeoutMs: DEADLINE_MS }) };
  },
};
const worker = await startWorker(hurried, {
  queueUrl: app.queueUrl,
  concurrency: config.workerConcurrency,
  heartbeatMs: config.timings.heartbeatMs,
  deadAfterMs: config.timings.deadWorkerMs,
  patienceMs: config.timings.databaseWaitMs,
});
const told = Promise.withResolvers<void>();
process.once('SIGTERM', () => told.resolve());
// Nobody is left to stop it when the test run itself was killed.
process.once('disconnect', () => told.resolve());
await Promise.race([told.promise, worker.finished]);
await worker.stop();
await app.close();
if (process.connected) process.disconnect();
