import type { Command } from 'commander';
import { rebuildTenant } from '../store/rebuild.ts';
import { findTenant, type CommandContext } from './context.ts';

export function rebuildCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('rebuild')
    .description('derive everything that is derived from facts once more; must find no difference')
    .requiredOption('--tenant <rut|id>', 'the company')
    .addHelpText('after', '\nPuts right what it finds, and exits with 3 then.\n\nExample:\n  kpi rebuild --tenant 76042235-5')
    .action(async (options: { tenant: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const since = Date.now();
      const differences = await rebuildTenant(app.db, tenant.id, ({ table, done, total }) => {
        // What takes less than two seconds needs no progress.
        if (Date.now() - since > 2000) terminal.progress(`${table} ${done}/${total}`);
      });
      terminal.endProgress();
      terminal.document({ tenant_id: tenant.id, differences });
      const shown = differences.slice(0, 100);
      if (shown.length > 0)
        terminal.table(
          [
            { title: { es: 'Tabla', en: 'Table' }, value: (r) => r.table },
            { title: { es: 'Fila', en: 'Row' }, value: (r) => r.key },
            { title: { es: 'Columna', en: 'Column' }, value: (r) => r.column },
            { title: { es: 'Antes', en: 'Before' }, value: (r) => r.before },
            { title: { es: 'Ahora', en: 'After' }, value: (r) => r.after },
          ],
          shown,
        );
      if (differences.length > shown.length)
        terminal.line(
          terminal.say({
            es: `Se muestran ${shown.length}; todas con --json.`,
            en: `The first ${shown.length} are shown; all of them with --json.`,
          }),
        );
      terminal.line(
        terminal.say(
          differences.length === 0
            ? { es: 'Sin diferencias.', en: 'No difference.' }
            : { es: `${differences.length} diferencias, corregidas.`, en: `${differences.length} differences, put right.` },
        ),
      );
      if (differences.length > 0) process.exitCode = 3;
    });
}
