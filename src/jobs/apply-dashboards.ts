import { beginDashboardJob, endDashboardJob } from '../store/dashboard-jobs.ts';
import type { JobDeps } from './job-deps.ts';

/**
 * Does a job of dashboards. What Metabase says is written down with the job, which may be asked for again and goes on where it stopped;
 * a worker that is being stopped leaves it open, and the queue brings it to the next.
 */
export async function applyDashboards(deps: JobDeps, tenantId: string, jobId: string, stopping: AbortSignal): Promise<void> {
  if ((await beginDashboardJob(deps.db, tenantId, jobId)) === null) return;
  if (deps.applyDashboards === undefined) {
    await endDashboardJob(deps.db, tenantId, jobId, { problem: 'no Metabase is configured for the workers' });
    return;
  }
  try {
    await endDashboardJob(deps.db, tenantId, jobId, { result: await deps.applyDashboards(tenantId, stopping) });
  } catch (error) {
    if (stopping.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const advice = error instanceof Error && 'advice' in error ? `. ${String(error.advice)}` : '';
    await endDashboardJob(deps.db, tenantId, jobId, { problem: `${message}${advice}`.slice(0, 2000) });
  }
}
