import { createInterface } from 'node:readline/promises';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { eraseTenant } from '../jobs/erase-tenant.ts';
import { MetabaseElsewhere, metabaseToLeave } from '../metabase/leave.ts';
import { parseRut } from '../normalize/rut.ts';
import { forgetLocalSecret } from '../secrets.ts';
import { findErasure } from '../store/erase-tenant.ts';
import { listTenants } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface Options {
  readonly confirm?: string;
  readonly reason: string;
  readonly leaveMetabase?: true;
}

/** `kpi tenant erase`: everything of a company, out of every table. */
export function tenantEraseCommand(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  tenant
    .command('erase')
    .description('erase a company: its jobs, numbers, documents, dashboards, role and secrets; only the audit stays')
    .argument('<rut|id>', 'the company')
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--confirm <rut>', 'its RUT, for scripts; else it is asked for')
    .option('--leave-metabase', 'although it has dashboards in a Metabase that cannot be reached from here')
    .addHelpText(
      'after',
      "\nIt cannot be undone. Cut off anywhere, the same command goes on. What sources, backups and exports hold stays there.\n\nExample:\n  kpi tenant export 76042235-5 --out respaldo && kpi tenant erase 76042235-5 --reason 'end of contract'",
    )
    .action(async (wanted: string, options: Options) => {
      const app = await context.app();
      const { id, rut, name } = await companyOf(app, wanted);
      const typed = options.confirm ?? (await ask(context, name, rut));
      if (parseRut(typed)?.canonical !== rut)
        throw new UsageError(`"${typed}" is not the RUT of ${name}; nothing was erased. It is asked for so that no other goes`);
      const leaveMetabase = await metabaseOf(app, id, options);
      const erased = await eraseTenant(
        {
          db: app.db,
          queueUrl: app.queueUrl,
          directUrl: app.directUrl,
          leaveMetabase,
          forgetSecret: (ref) => forgetLocalSecret(ref, app.config.home),
        },
        id,
        { author: { who: userInfo().username, reason: options.reason }, rut, onProgress: (text) => terminal.progress(text) },
      );
      terminal.endProgress();
      const rows = Object.values(erased.rows).reduce((sum, n) => sum + n, 0);
      terminal.document({ erased: id, rut, rows: erased.rows, secrets_elsewhere: erased.secretsElsewhere });
      terminal.line(terminal.say({ es: `${rut} borrada: ${rows} filas.`, en: `${rut} erased: ${rows} rows.` }));
      for (const reference of erased.secretsElsewhere)
        terminal.line(terminal.say({ es: `  Borre también el secreto ${reference}`, en: `  Also delete the secret ${reference}` }));
      terminal.line(
        terminal.say({
          es: 'Siguen existiendo: lo que tienen sus sistemas, respaldos de la base, exportaciones, y en Clerk sus usuarios.',
          en: 'These still exist: what its own systems hold, backups of the database, exports, and its users in Clerk.',
        }),
      );
    });
}

/** The company, also one whose erasure was cut off before its last step. */
async function companyOf(app: App, wanted: string): Promise<{ id: string; rut: string; name: string }> {
  const typed = parseRut(wanted)?.canonical;
  const begun = typed === undefined ? null : await findErasure(app.db, typed);
  if (begun !== null) return { id: begun, rut: typed!, name: typed! };
  const found = (await listTenants(app.db)).find(({ id }) => id === wanted) ?? (await findTenant(app, wanted));
  if (found.rut.startsWith('erased:')) throw new UsageError(`${wanted} was erased already`);
  return { id: found.id, rut: found.rut, name: found.company_name };
}

async function ask({ terminal }: CommandContext, name: string, rut: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError(`nobody is here to type the RUT; if you mean it: --confirm ${rut}`);
  const input = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await input.question(
      terminal.say({ es: `Escriba el RUT de ${name} para borrar todo lo suyo: `, en: `Type the RUT of ${name} to erase all of it: ` }),
    );
  } finally {
    input.close();
  }
}

async function metabaseOf(app: App, tenantId: string, options: Options): Promise<(() => Promise<unknown>) | null> {
  const open = app.config.metabase === null ? null : () => app.metabase();
  return metabaseToLeave(app.db, open, tenantId, options.leaveMetabase === true).catch((error: unknown) => {
    if (!(error instanceof MetabaseElsewhere)) throw error;
    throw new UsageError(`${error.message}; set METABASE_URL, or add --leave-metabase`);
  });
}
