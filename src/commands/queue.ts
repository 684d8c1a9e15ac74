import type { Command } from 'commander';
import { releaseDeadJobs, retryFailedJobs } from '../jobs/queue-care.ts';
import { queueState } from '../store/queue-state.ts';
import { listWorkers } from '../store/workers.ts';
import type { CommandContext } from './context.ts';
import { duration } from './duration.ts';

const STATES = {
  ready: { es: 'espera', en: 'waits' },
  scheduled: { es: 'para después', en: 'for later' },
  running: { es: 'en curso', en: 'runs' },
  failed: { es: 'falló', en: 'failed' },
} as const;

/** `kpi queue`: what workers have to do, and setting it free when it is stuck. */
export function queueCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const queue = program.command('queue').description('what workers have to do, and setting it free when it is stuck');
  queue
    .command('list')
    .description('jobs by task and state, and the workers that live')
    .action(async () => {
      const { db } = await context.app();
      const [groups, workers] = await Promise.all([queueState(db), listWorkers(db)]);
      terminal.document({ jobs: groups, workers });
      const place = new Map(workers.map(({ pool_id, host, pid }) => [pool_id, `${host}:${pid}`]));
      terminal.table(
        [
          { title: { es: 'Tarea', en: 'Task' }, value: (r) => r.task },
          { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(STATES[r.state]) },
          { title: { es: 'Trabajos', en: 'Jobs' }, value: (r) => r.jobs, right: true },
          { title: { es: 'El más antiguo', en: 'Oldest' }, value: (r) => duration(r.oldest_seconds), right: true },
          {
            title: { es: 'Quién', en: 'Who' },
            value: (r) =>
              r.locked_by === null ? null : (place.get(r.locked_by) ?? terminal.say({ es: 'nadie vivo', en: 'nobody alive' })),
          },
        ],
        groups,
      );
      if (groups.length === 0) terminal.line(terminal.say({ es: 'La cola está vacía.', en: 'The queue is empty.' }));
    });
  queue
    .command('release')
    .description('release the jobs of workers that are dead or silent, instead of waiting for another worker to do it')
    .action(async () => {
      const app = await context.app();
      const released = await releaseDeadJobs(app, context.config.timings.deadWorkerMs / 1000);
      terminal.document({ released });
      terminal.line(terminal.say({ es: `${released} trabajos soltados.`, en: `${released} jobs released.` }));
    });
  queue
    .command('retry')
    .description('try jobs again that failed as often as they may')
    .option('--task <task>', 'only those of this task')
    .addHelpText('after', '\nExample:\n  kpi queue retry --task alert_deliveries')
    .action(async (options: { task?: string }) => {
      const retried = await retryFailedJobs(await context.app(), options.task ?? null);
      terminal.document({ retried });
      terminal.line(terminal.say({ es: `${retried} trabajos se intentan de nuevo.`, en: `${retried} jobs are tried again.` }));
    });
}
