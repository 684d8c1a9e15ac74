import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { parseRut } from '../normalize/rut.ts';
import { CURRENCY_DECIMALS } from '../store/currencies.ts';
import { withDirectSession } from '../store/direct-session.ts';
import { createReader } from '../store/reader-role.ts';
import { roleUrl } from '../store/role-urls.ts';
import { addTenant, listTenants } from '../store/tenants.ts';
import type { CommandContext } from './context.ts';
import { tenantEraseCommand } from './tenant-erase.ts';
import { tenantExportCommand } from './tenant-export.ts';
import { tenantLocationCommand } from './tenant-location.ts';
import { tenantReaderCommands } from './tenant-reader.ts';
import { tenantPauseCommands } from './tenant-pause.ts';
import { tenantSettingCommands } from './tenant-settings.ts';
import { UsageError } from './terminal.ts';

export interface TenantRequest {
  readonly rut: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly industry: string;
  readonly keepRut: boolean;
}

/**
 * Creates a tenant and the database role it reads with. @throws UsageError for a RUT whose digit is wrong (the right one is named), a
 * currency or time zone that is not known, or a RUT that is taken
 */
export async function createTenant(app: App, request: TenantRequest): Promise<{ id: string; rut: string; readerUrl: string }> {
  const rut = parseRut(request.rut);
  if (rut === null) throw new UsageError(`"${request.rut}" is not a RUT; write it like 76042235-5`);
  if (!rut.valid && !request.keepRut) {
    throw new UsageError(
      `the check digit of ${rut.canonical} is wrong: it should be ${rut.number}-${rut.rightDigit}. To keep it as it is, add --keep-rut`,
    );
  }
  const decimals = CURRENCY_DECIMALS[request.currency];
  if (decimals === undefined)
    throw new UsageError(`currency ${request.currency} is not known; known are ${Object.keys(CURRENCY_DECIMALS).join(', ')}`);
  if (!isTimeZone(request.timeZone)) throw new UsageError(`there is no time zone "${request.timeZone}"; for example: America/Santiago`);
  const taken = (await listTenants(app.db)).find((tenant) => tenant.rut === rut.canonical);
  if (taken !== undefined) throw new UsageError(`${rut.canonical} is taken by ${taken.company_name} (${taken.id})`);
  const id = randomUUID();
  await addTenant(app.db, {
    id,
    rut: rut.canonical,
    rutValid: rut.valid,
    companyName: request.name,
    currency: request.currency,
    currencyDecimals: decimals,
    timeZone: request.timeZone,
    industry: request.industry,
  });
  const reader = await withDirectSession(app.directUrl, (admin) => createReader(admin, { tenantId: id, roleSecret: app.roleSecret }));
  return { id, rut: rut.canonical, readerUrl: roleUrl(app.directUrl, reader.role, app.roleSecret) };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export function tenantCommands(program: Command, context: CommandContext): void {
  const tenant = program.command('tenant').description('companies whose numbers are kept');
  tenant
    .command('add')
    .description('create a company and the database role it reads with')
    .requiredOption('--rut <rut>', 'RUT in any spelling; the check digit is verified')
    .requiredOption('--name <name>', 'company name')
    .option('--currency <code>', 'currency of its reports', 'CLP')
    .option('--time-zone <zone>', 'IANA time zone that decides its local days', 'America/Santiago')
    .option('--industry <industry>', 'retail, services or restaurants', 'retail')
    .option('--keep-rut', 'keep a RUT whose check digit is wrong', false)
    .addHelpText('after', "\nExample:\n  kpi tenant add --rut 76.042.235-5 --name 'Tienda Ejemplo SpA'")
    .action(async (options: { rut: string; name: string; currency: string; timeZone: string; industry: string; keepRut: boolean }) => {
      if (!['retail', 'services', 'restaurants'].includes(options.industry))
        throw new UsageError(`--industry is "${options.industry}"; it is retail, services or restaurants`);
      const { terminal } = context;
      const made = await createTenant(await context.app(), options);
      terminal.document({ id: made.id, rut: made.rut, reader_url: made.readerUrl });
      terminal.line(`${made.rut}  ${options.name}  ${made.id}`);
      terminal.line(terminal.say({ es: `Lee con: ${made.readerUrl}`, en: `Reads with: ${made.readerUrl}` }));
    });
  tenantSettingCommands(tenant, context);
  tenantLocationCommand(tenant, context);
  tenantPauseCommands(tenant, context);
  tenantExportCommand(tenant, context);
  tenantEraseCommand(tenant, context);
  tenantReaderCommands(tenant, context);
  tenant
    .command('list')
    .description('all companies')
    .action(async () => {
      const app = await context.app();
      const rows = await listTenants(app.db);
      context.terminal.document(rows);
      context.terminal.table(
        [
          { title: { es: 'RUT', en: 'RUT' }, value: (r) => r.rut },
          { title: { es: 'Empresa', en: 'Company' }, value: (r) => r.company_name },
          { title: { es: 'Moneda', en: 'Currency' }, value: (r) => r.currency },
          { title: { es: 'Zona', en: 'Zone' }, value: (r) => r.time_zone },
          { title: { es: 'Estado', en: 'State' }, value: (r) => r.status },
          { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
        ],
        rows,
      );
    });
}
