import type { Command } from 'commander';
import { removeTarget, saveTarget, storedTargets, targetEntry } from '../alerts/targets.ts';
import { resolveSecret } from '../secrets.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

/** `kpi alerts target`: where the messages go. */
export function alertTargetCommands(alerts: Command, context: CommandContext): void {
  const { terminal } = context;
  const target = alerts.command('target').description('where messages go: a webhook behind a reference');
  target
    .command('set')
    .description('send the messages of a company, or of all that have no target of their own, to the webhook behind a reference')
    .requiredOption('--secrets <reference>', 'env:, file: or vault: reference to an entry with url and secret (16 or more characters)')
    .option('--tenant <rut|id>', 'the company; all when left out')
    .addHelpText(
      'after',
      '\nExample, with TIENDA_ALERTS_URL and TIENDA_ALERTS_SECRET set:\n  kpi alerts target set --tenant 76042235-5 --secrets env:TIENDA_ALERTS',
    )
    .action(async (options: { secrets: string; tenant?: string }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const entry = targetEntry.safeParse(await resolveSecret(options.secrets, app.secretSources));
      if (!entry.success) throw new UsageError(entry.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '));
      await saveTarget(app.db, { tenantId: tenant?.id ?? null, secretRef: options.secrets });
      terminal.document({ tenant_id: tenant?.id ?? null, secret_ref: options.secrets });
      terminal.line(`${tenant?.rut ?? terminal.say({ es: 'Todas las empresas', en: 'All companies' })}: ${options.secrets}`);
    });
  target
    .command('list')
    .description('targets by company, as references')
    .action(async () => {
      const app = await context.app();
      const rows = await storedTargets(app.db, null);
      terminal.document(rows);
      terminal.table(
        [
          { title: { es: 'Empresa', en: 'Company' }, value: (r) => r.tenantId ?? terminal.say({ es: 'todas', en: 'all' }) },
          { title: { es: 'Referencia', en: 'Reference' }, value: (r) => r.secretRef },
        ],
        rows,
      );
    });
  target
    .command('remove')
    .description('forget a target')
    .option('--tenant <rut|id>', 'the company; the one for all when left out')
    .action(async (options: { tenant?: string }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const removed = await removeTarget(app.db, tenant?.id ?? null);
      terminal.document({ removed });
      terminal.line(terminal.say(removed ? { es: 'Quitado.', en: 'Removed.' } : { es: 'No había destino.', en: 'There was no target.' }));
    });
}
