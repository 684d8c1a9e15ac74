import type { TaskList } from 'graphile-worker';
import { z } from 'zod';
import { deliverAlerts } from '../alerts/deliver.ts';
import { evaluateAlerts } from '../alerts/evaluate.ts';
import { enqueueAlerts, enqueueDeliveries } from '../alerts/outbox.ts';
import { enqueueReconciliations } from '../store/reconcile-due.ts';
import { enqueueSilentRecomputations } from '../store/recomputations.ts';
import { enqueueReports } from '../store/report-schedules.ts';
import { enqueueMoreRetention, enqueueRetention } from '../store/retention.ts';
import { runRetention } from '../store/run-retention.ts';
import { wakeNightly } from '../store/nightly.ts';
import { quietUntil } from '../store/schedule.ts';
import { enqueueBackfill, enqueueDue, enqueueSync, enqueueWaitingBackfills } from '../store/streams.ts';
import { isActive } from '../store/tenant-status.ts';
import { runBackfill } from '../sync/run-backfill.ts';
import { applyDashboards } from './apply-dashboards.ts';
import type { JobDeps } from './job-deps.ts';
import { makeReports } from './make-reports.ts';
import { nightly } from './nightly.ts';
import { removeOldExports } from './old-exports.ts';
import { recompute } from './recompute.ts';
import { reconcileTenant } from './reconcile-tenant.ts';
import { replayRefusals } from './replay-refusals.ts';
import { sweepStream } from './sweep-stream.ts';
import { syncConnection } from './sync-connection.ts';
import { syncUsers } from './sync-users.ts';
import { tenantJob } from './tenant-job.ts';
import { verifyConnectionStream } from './verify-connection-stream.ts';

const SYNC = z.object({ tenant_id: z.uuid(), connection_id: z.uuid() });
const TENANT = z.object({ tenant_id: z.uuid() });
const RECOMPUTE = z.object({ tenant_id: z.uuid(), recomputation_id: z.uuid() });
const DASHBOARDS = z.object({ tenant_id: z.uuid(), job_id: z.uuid() });
const REPLAY = z.object({
  tenant_id: z.uuid(),
  connection_id: z.uuid(),
  stream: z.string(),
  ids: z.array(z.string().regex(/^\d+$/)),
  who: z.string(),
  reason: z.string(),
});
const SWEEP = z.object({
  tenant_id: z.uuid(),
  connection_id: z.uuid(),
  stream: z.string(),
  dry_run: z.boolean().default(false),
  confirm: z.boolean().default(false),
  asked_by: z.string(),
});
const VERIFY = z.object({
  tenant_id: z.uuid(),
  connection_id: z.uuid(),
  stream: z.string(),
  first_day: z.iso.date().nullable().default(null),
  last_day: z.iso.date().nullable().default(null),
  heal: z.boolean(),
  asked_by: z.string(),
});
// An erasure names its company by another word, see store/tenant-jobs.ts.
const TENANT_JOB = z.union([
  z.object({ tenant_id: z.uuid(), job_id: z.uuid() }),
  z.object({ erasing: z.uuid(), job_id: z.uuid() }).transform(({ erasing, job_id }) => ({ tenant_id: erasing, job_id })),
]);
const BACKFILL = z.object({ tenant_id: z.uuid(), backfill_id: z.uuid() });

/**
 * The queue's tasks: parse the payload, call a use case, nothing else. They never throw for what a source does; that is written down
 * with the stream, and the stream's own due time brings the next try.
 */
export function tasks(deps: JobDeps, stopping: AbortSignal): TaskList {
  // One hand of this process at the most: it goes on until nothing is left, and the tick wakes it each minute.
  let atNight = false;
  return {
    tick: async () => {
      await enqueueDue(deps.db);
      await enqueueWaitingBackfills(deps.db);
      await enqueueAlerts(deps.db);
      await enqueueReports(deps.db);
      await enqueueSilentRecomputations(deps.db);
      await enqueueRetention(deps.db);
      if (deps.nightlyStreams !== undefined) await wakeNightly(deps.db, deps.nightlyStreams);
      await enqueueReconciliations(deps.db);
    },
    users: async () => {
      await syncUsers(deps, stopping);
    },
    sync: async (payload) => {
      const { tenant_id, connection_id } = SYNC.parse(payload);
      const { more } = await syncConnection(deps, tenant_id, connection_id, stopping, deps.sliceMs);
      // At the end of the queue; in the source's quiet hours the tick brings it back after them.
      if (more && !stopping.aborted && (await quietUntil(deps.db, tenant_id, connection_id)) === null)
        await enqueueSync(deps.db, tenant_id, connection_id);
    },
    nightly: async () => {
      if (atNight) return;
      atNight = true;
      await nightly(deps, stopping).finally(() => {
        atNight = false;
      });
    },
    sweep: async (payload) => {
      const { tenant_id, connection_id, stream, dry_run, confirm, asked_by } = SWEEP.parse(payload);
      const place = { tenantId: tenant_id, connectionId: connection_id, stream };
      await sweepStream(deps, place, { dryRun: dry_run, confirm, askedBy: asked_by }, stopping);
    },
    verify: async (payload) => {
      const { tenant_id, connection_id, stream, first_day, last_day, heal, asked_by } = VERIFY.parse(payload);
      const place = { tenantId: tenant_id, connectionId: connection_id, stream };
      await verifyConnectionStream(deps, place, { firstDay: first_day, lastDay: last_day, heal, askedBy: asked_by }, stopping);
    },
    recompute: async (payload) => {
      const { tenant_id, recomputation_id } = RECOMPUTE.parse(payload);
      await recompute(deps, tenant_id, recomputation_id, stopping);
    },
    retention: async (payload) => {
      const { tenant_id } = TENANT.parse(payload);
      const author = { who: deps.sync.worker, reason: 'nightly' };
      if (deps.care !== undefined) await removeOldExports(deps.care.exportsFolder);
      const { more } = await runRetention(deps.db, tenant_id, { seconds: 20, author, signal: stopping });
      // When stopping, the tick brings it back.
      if (more && !stopping.aborted) await enqueueMoreRetention(deps.db, tenant_id);
    },
    reconcile: async (payload) => {
      await reconcileTenant(deps, TENANT.parse(payload).tenant_id);
    },
    alerts: async (payload) => {
      const { tenant_id } = TENANT.parse(payload);
      const done = await evaluateAlerts(deps.db, tenant_id, deps.alerts.evaluation);
      if (done !== null && Object.keys(done.problems).length > 0)
        deps.sync.log.warn({ tenant_id, problems: done.problems }, 'alert rules could not be judged');
      // A job of its own: a receiver that hangs must not hold up the judging.
      if (done !== null && done.fired + done.resolved > 0) await enqueueDeliveries(deps.db, tenant_id);
    },
    alert_deliveries: async (payload) => {
      await deliverAlerts(deps.alerts.delivery, TENANT.parse(payload).tenant_id, stopping);
    },
    reports: async (payload) => {
      const { tenant_id } = TENANT.parse(payload);
      const made = await makeReports(deps, tenant_id, stopping);
      if (made > 0) await enqueueDeliveries(deps.db, tenant_id);
    },
    dashboards: async (payload) => {
      const { tenant_id, job_id } = DASHBOARDS.parse(payload);
      await applyDashboards(deps, tenant_id, job_id, stopping);
    },
    tenant_job: async (payload) => {
      const { tenant_id, job_id } = TENANT_JOB.parse(payload);
      await tenantJob(deps, tenant_id, job_id, stopping);
    },
    replay: async (payload) => {
      const { tenant_id: tenantId, connection_id: connectionId, stream, ids, who, reason } = REPLAY.parse(payload);
      const { error } = await replayRefusals(deps, { tenantId, connectionId, stream, ids, author: { who, reason } }, stopping);
      if (error !== null)
        deps.sync.log.warn({ tenant_id: tenantId, stream, refusals: ids.length }, `refused records were not read again: ${error}`);
    },
    backfill: async (payload) => {
      const { tenant_id, backfill_id } = BACKFILL.parse(payload);
      // Resuming the company queues it again.
      if (!(await isActive(deps.db, tenant_id))) return;
      const step = await runBackfill(deps.sync, tenant_id, backfill_id, (connectionId, stream, lane, stopped) =>
        deps.jobFor(tenant_id, connectionId, stream, lane, AbortSignal.any([stopping, stopped])),
      );
      // Also when stopping: the next worker goes on at the last committed page.
      if (step.more || stopping.aborted) await enqueueBackfill(deps.db, tenant_id, backfill_id, step.waitSeconds);
    },
  };
}
