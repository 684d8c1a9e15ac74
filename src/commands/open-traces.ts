import type { App } from '../app.ts';
import { version } from '../version.ts';

/**
 * Sends traces of this process's runs when a receiver is configured. The libraries are loaded only then: they take longer to load than most
 * commands take to run.
 * @returns sends what is left; to be called before the process ends
 */
export async function openTraces(app: App): Promise<() => Promise<void>> {
  const { tracing } = app.config;
  if (tracing === null) return async () => undefined;
  const { startTraces } = await import('../telemetry/traces.ts');
  const traces = startTraces({ ...tracing, version, onProblem: (message) => app.log.warn({ component: 'traces' }, message) });
  app.observe(traces.observe);
  return () => traces.close();
}
