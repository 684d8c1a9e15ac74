import type { Command } from 'commander';
import { changeTenant, readTenant, TENANT_SETTINGS, type TenantSetting, type TenantSettingName } from '../store/tenant-settings.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

const settings: Readonly<Record<string, TenantSetting>> = TENANT_SETTINGS;

/** `kpi tenant show` and `kpi tenant set`: what decides a company's numbers. */
export function tenantSettingCommands(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  const list = Object.entries(settings)
    .map(([name, { describe }]) => `  ${name.padEnd(28)} ${describe}`)
    .join('\n');
  tenant
    .command('show')
    .description('the settings of a company')
    .argument('<rut|id>', 'the company')
    .action(async (wanted: string) => {
      const app = await context.app();
      const { id } = await findTenant(app, wanted);
      const values = await readTenant(app.db, id);
      terminal.document({ id, ...values });
      terminal.table(
        [
          { title: { es: 'Ajuste', en: 'Setting' }, value: ([name]) => name },
          { title: { es: 'Valor', en: 'Value' }, value: ([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)) },
        ],
        Object.entries(values),
      );
    });
  tenant
    .command('set')
    .description('change settings of a company')
    .argument('<rut|id>', 'the company')
    .argument('<name=value...>', 'settings and their new values')
    .addHelpText('after', `\nSettings:\n${list}\n\nExample:\n  kpi tenant set 76042235-5 name='Tienda Ejemplo SpA'`)
    .action(async (wanted: string, changes: string[]) => {
      const app = await context.app();
      const { id } = await findTenant(app, wanted);
      const values = new Map(changes.map(parseChange));
      await changeTenant(app.db, id, values);
      const now = await readTenant(app.db, id);
      terminal.document({ id, ...now });
      for (const name of values.keys()) terminal.line(`${name} = ${JSON.stringify(now[name])}`);
    });
}

function parseChange(change: string): [TenantSettingName, unknown] {
  const [name = '', ...rest] = change.split('=');
  const setting = settings[name];
  if (setting === undefined) throw new UsageError(`there is no setting "${name}"; there are: ${Object.keys(settings).join(', ')}`);
  if (rest.length === 0) throw new UsageError(`"${change}" has no value; write ${name}=value`);
  const parsed = setting.schema.safeParse(rest.join('='));
  if (!parsed.success) throw new UsageError(`${name}: ${parsed.error.issues[0]?.message ?? 'is not valid'}; it is ${setting.describe}`);
  return [name as TenantSettingName, parsed.data];
}
