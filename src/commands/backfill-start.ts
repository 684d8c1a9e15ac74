import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import { PRIORITIES, type Priority } from '../store/backfills.ts';
import { startBackfills, type Started } from '../sync/start-backfill.ts';
import { asUsage, scopeOf, scopeOptions, type ScopeOptions } from './backfill-scope.ts';
import type { CommandContext } from './context.ts';
import type { Terminal } from './terminal.ts';

interface StartOptions extends ScopeOptions {
  readonly reason: string;
  readonly priority: Priority;
}

export function startCommand(backfill: Command, context: CommandContext): void {
  const { terminal } = context;
  const say = (es: string, en: string) => terminal.say({ es, en });
  const command = backfill
    .command('start')
    .description(
      say(
        'encolarla; los procesos de trabajo la hacen tramo a tramo, lo más nuevo primero',
        'queue it; workers do it slice by slice, newest first',
      ),
    );
  scopeOptions(command, terminal)
    .option('--reason <text>', say('por qué; queda guardado', 'why; kept with it'), 'asked for on the command line')
    .addOption(
      new Option(
        '--priority <priority>',
        say('turno entre relecturas; las lecturas normales van antes', 'whose turn among backfills; ordinary syncs come first'),
      )
        .choices(PRIORITIES)
        .default('normal'),
    )
    .addHelpText(
      'after',
      say(
        '\nEjemplos:\n  kpi backfill start --tenant 76042235-5 --source shopify --stream orders --from 2026-01-01 --until 2026-07-01\n  kpi backfill start --tenant 76042235-5 --from 2026-01-01 --only-missing --priority low --reason "cierre de año"',
        '\nExamples:\n  kpi backfill start --tenant 76042235-5 --source shopify --stream orders --from 2026-01-01 --until 2026-07-01\n  kpi backfill start --tenant 76042235-5 --from 2026-01-01 --only-missing --priority low --reason "end of year"',
      ),
    )
    .action(async (options: StartOptions) => {
      const app = await context.app();
      const { reason, priority } = options;
      const wish = { ...(await scopeOf(app, options)), reason, priority, requestedBy: userInfo().username };
      const deps = { db: app.db, connectors: app.connectors, openSource: app.openSource, now: () => new Date() };
      const result = await startBackfills(deps, wish, new AbortController().signal).catch(asUsage);
      const { started } = result;
      terminal.document({
        backfills: started.map(({ id }) => id),
        slices: started.reduce((sum, one) => sum + one.slices, 0),
        ...result,
      });
      show(terminal, result);
    });
}

function show(terminal: Terminal, { started, refused, complete }: Started): void {
  for (const one of started)
    terminal.line(
      terminal.say({
        es: `${one.rut} ${one.source} ${one.stream}: encolada en ${one.slices} tramos. Véala con: kpi backfill show ${one.id}`,
        en: `${one.rut} ${one.source} ${one.stream}: queued in ${one.slices} slices. Watch it: kpi backfill show ${one.id}`,
      }),
    );
  for (const one of complete) {
    const compared = one.compared
      ? terminal.say({ es: 'la fuente cuenta lo mismo cada día', en: 'the source counts the same on every day' })
      : terminal.say({
          es: 'todo se leyó alguna vez; la fuente no se puede comparar',
          en: 'all was read once; the source cannot be compared',
        });
    terminal.line(
      `${one.rut} ${one.source} ${one.stream}: ${terminal.say({ es: 'no falta nada', en: 'nothing is missing' })}: ${compared}`,
    );
  }
  for (const one of refused)
    terminal.line(
      terminal.say({
        es: `${one.rut} ${one.source} ${one.stream}: no iniciada, ya la abarca: kpi backfill show ${one.by}`,
        en: `${one.rut} ${one.source} ${one.stream}: not started, already covered by: kpi backfill show ${one.by}`,
      }),
    );
}
