import type { Command } from 'commander';
import { localUrl, startLocal, stopLocal } from '../local/commands.ts';
import { migrate } from '../store/migrate.ts';
import type { CommandContext } from './context.ts';

export function localCommands(program: Command, context: CommandContext): void {
  const { terminal, log } = context;
  const local = program.command('local').description('the embedded Postgres of this checkout: nothing else to install');
  local
    .command('start')
    .description('start it, or adopt the one that a killed run left, and leave it running')
    .action(async () => {
      const url = await startLocal((message) => log.info({}, message));
      terminal.document({ url });
      terminal.line(url);
    });
  local
    .command('stop')
    .description('end it')
    .action(async () => {
      const stopped = await stopLocal();
      terminal.document({ stopped });
      terminal.line(
        terminal.say(
          stopped
            ? { es: 'Base de datos local detenida.', en: 'Local database stopped.' }
            : { es: 'No había ninguna.', en: 'There was none.' },
        ),
      );
    });
  local
    .command('url')
    .description('print its superuser URL')
    .action(async () => {
      const url = (await localUrl()) ?? null;
      terminal.document({ url });
      terminal.line(
        url ?? terminal.say({ es: 'No está corriendo. Inicie con: kpi local start', en: 'It is not running. Start it: kpi local start' }),
      );
      if (url === null) process.exitCode = 1;
    });

  program
    .command('migrate')
    .description('create or update roles, tables, views and queue; safe to repeat')
    .action(async () => {
      const warehouse = await context.warehouse();
      const done = await migrate({
        directAdminUrl: warehouse.directUrl,
        roleSecret: warehouse.roleSecret,
        log: (message) => log.info({}, message),
      });
      terminal.document(done);
      const total = done.migrations.length + done.kpiFiles.length;
      terminal.line(
        total === 0
          ? terminal.say({ es: 'Al día.', en: 'Up to date.' })
          : terminal.say({
              es: `Aplicadas: ${done.migrations.length} migraciones, ${done.kpiFiles.length} archivos KPI.`,
              en: `Applied: ${done.migrations.length} migrations, ${done.kpiFiles.length} KPI files.`,
            }),
      );
    });
}
