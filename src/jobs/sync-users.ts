import { SourceError } from '#contract';
import type { JobDeps } from './job-deps.ts';

/** Reads the users from Clerk. What Clerk does is written down and logged, never thrown: the clock brings the next try. */
export async function syncUsers(deps: JobDeps, signal: AbortSignal): Promise<void> {
  if (deps.syncUsers === undefined) return;
  try {
    await deps.syncUsers(signal);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    if (signal.aborted) return;
    deps.sync.log.warn({ code: error.code, kind: error.kind }, `clerk: ${error.message} — ${error.advice}`);
  }
}
