import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { sharedKey } from '../normalize/identity-keys.ts';
import { listConnections } from '../store/connections.ts';
import { eraseCustomer, findPerson, type CustomerErasure, type ErasureSubject } from '../store/erase-customer.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface Options {
  readonly tenant: string;
  readonly rut?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly id?: string;
  readonly reason: string;
  readonly records?: string;
  readonly dryRun?: true;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KINDS = ['rut', 'email', 'phone', 'id'] as const;

/** `kpi customer erase`: a person's data out of a company's numbers, and kept out. */
export function customerCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('customer')
    .description('customers of a company, as persons with rights')
    .command('erase')
    .description("erase a person's data and keep them from coming back; sales stay, of nobody")
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--rut <rut>', 'by RUT')
    .option('--email <address>', 'by e-mail')
    .option('--phone <number>', 'by phone, like +56912345678')
    .option('--id <id>', 'by id of public.customers')
    .requiredOption('--reason <text>', 'why, for the audit; without names')
    .option('--records <n>', 'how many records are the person, when they are many')
    .option('--dry-run', 'only tell what it concerns')
    .addHelpText(
      'after',
      "\nWhat was typed is stored nowhere.\n\nExample:\n  kpi customer erase --tenant 76042235-5 --email ana@example.cl --reason 'solicitud 2026-118'",
    )
    .action(async (options: Options) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const subject = subjectOf(app.identityKeyOf(tenant.id), options);
      const records = options.records === undefined ? undefined : Number(options.records);
      if (records !== undefined && !Number.isInteger(records))
        throw new UsageError(`--records is "${options.records}"; it is a whole number`);
      const found = await findPerson(app.db, tenant.id, subject);
      if (subject.kind === 'customer' && found.records.length === 0)
        throw new UsageError(`${tenant.company_name} has no customer ${subject.key}`);
      const author = { who: userInfo().username, reason: options.reason };
      const done =
        options.dryRun === true
          ? found
          : await eraseCustomer(app.db, tenant.id, subject, { author, ...(records === undefined ? {} : { records }) });
      const sources = await listConnections(app.db, { tenantId: tenant.id });
      const elsewhere = sources.map(({ source, name, host }) => ({ source, name, host }));
      terminal.document({ tenant_id: tenant.id, erased: options.dryRun !== true, ...done, elsewhere });
      tell(context, done, options.dryRun === true);
      for (const { source, name, host } of elsewhere) terminal.line(`  ${source}  ${name}  ${host}`);
    });
}

function subjectOf(tenantKey: Buffer, options: Options): ErasureSubject {
  const given = KINDS.filter((kind) => options[kind] !== undefined);
  const [kind, another] = given;
  if (kind === undefined || another !== undefined) throw new UsageError('name the person by one of --rut, --email, --phone, --id');
  const typed = options[kind]!;
  if (kind === 'id') {
    if (!UUID.test(typed)) throw new UsageError(`"${typed}" is no id of a customer; it is a uuid, the id column of public.customers`);
    return { kind: 'customer', key: typed.toLowerCase() };
  }
  const key = sharedKey(tenantKey, kind, typed);
  // What was typed is not repeated: an error may end up in a log.
  if (key === null) throw new UsageError(`this is no valid ${kind}, or one that is never stored anyway`);
  return { kind, key };
}

function tell({ terminal }: CommandContext, { records, orders }: CustomerErasure, dry: boolean): void {
  const n = records.length;
  terminal.line(
    dry
      ? terminal.say({
          es: `Se borrarían ${n} registros; ${orders} pedidos quedan, de nadie.`,
          en: `${n} records would be erased; ${orders} orders stay, of nobody.`,
        })
      : terminal.say({
          es: `Borrados ${n} registros; ${orders} pedidos quedan, de nadie.`,
          en: `${n} records erased; ${orders} orders stay, of nobody.`,
        }),
  );
  if (!dry)
    terminal.line(
      terminal.say({
        es: 'Lo que los orígenes digan de esta persona ya no se guarda.',
        en: 'What sources say of this person is stored no more.',
      }),
    );
  terminal.line(
    terminal.say({
      es: 'Bórrela también en estos sistemas, en Chatwoot y en los archivos exportados; los respaldos de la base caducan solos:',
      en: 'Erase the person in these systems too, in Chatwoot and in exported files; backups of the database expire by themselves:',
    }),
  );
}
