import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { withDirectSession } from '../store/direct-session.ts';
import { followTimeZone } from '../store/reader-role.ts';
import { changeTenant, readTenant, TENANT_SETTINGS, type TenantSettingName } from '../store/tenant-settings.ts';
import type { TenantSetting } from '../store/tenant-setting.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';
import { describeProgress, waitForRecomputation } from './wait-for-recomputation.ts';

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
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .option('--no-wait', 'leave what follows from the change to the workers')
    .addHelpText(
      'after',
      `\nSettings:\n${list}\n\nWhat follows from a changed setting is made anew in small pieces while everything goes on; see also: kpi status\n\nExample:\n  kpi tenant set 76042235-5 time_zone=America/Santiago --reason 'moved to Santiago'`,
    )
    .action(async (wanted: string, changes: string[], options: { reason: string; wait: boolean }) => {
      const values = new Map(changes.map(parseChange));
      const app = await context.app();
      const { id } = await findTenant(app, wanted);
      const author = { who: userInfo().username, reason: options.reason };
      const asked = await changeTenant(app.db, id, values, author);
      if (values.has('time_zone')) await withDirectSession(app.directUrl, (admin) => followTimeZone(admin, id));
      const recomputation = asked === null || !options.wait ? null : await waitForRecomputation(app, terminal, id, asked);
      const now = await readTenant(app.db, id);
      terminal.document({ id, ...now, recomputation: recomputation ?? (asked === null ? null : { id: asked, state: 'running' }) });
      for (const name of values.keys()) terminal.line(`${name} = ${JSON.stringify(now[name])}`);
      if (recomputation !== null) terminal.line(describeProgress(terminal, recomputation));
      else if (asked !== null)
        terminal.line(
          terminal.say({ es: 'Los trabajadores recalculan. Véalo con: kpi status', en: 'The workers recompute. Watch it: kpi status' }),
        );
      if (recomputation?.state === 'failed') process.exitCode = 1;
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
