import type { Command } from 'commander';
import { sharedKey } from '../normalize/identity-keys.ts';
import { acceptIdentity, genericIdentities, setSharedKey, SHARED_KINDS, type SharedKind } from '../store/shared-keys.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const kinds = Object.keys(SHARED_KINDS).join(', ');

/** `kpi identity`: what a person knows of customers that no rule can tell. */
export function identityCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const identity = program.command('identity').description('who counts as one customer: what is too common to tell people apart');
  identity
    .command('generic')
    .description('identities with so many sales that they are probably no single customer; they are not used until accepted')
    .argument('<rut|id>', 'the company')
    .action(async (wanted: string) => {
      const app = await context.app();
      const rows = await genericIdentities(app.db, (await findTenant(app, wanted)).id);
      terminal.document(rows);
      terminal.table(
        [
          { title: { es: 'Identidad', en: 'Identity' }, value: (r) => r.identity_id },
          { title: { es: 'Motivo', en: 'Reason' }, value: (r) => r.reason },
          { title: { es: 'Ventas', en: 'Sales' }, value: (r) => r.sales, right: true },
          { title: { es: 'Parte', en: 'Share' }, value: (r) => r.share ?? '', right: true },
          { title: { es: 'Se usa', en: 'Used' }, value: (r) => String(r.used) },
        ],
        rows,
      );
    });
  identity
    .command('accept')
    .description('an identity with many sales is one customer: use it')
    .argument('<rut|id>', 'the company')
    .argument('<identity>', 'as listed by kpi identity generic')
    .action(async (wanted: string, id: string) => {
      const app = await context.app();
      const tenant = await findTenant(app, wanted);
      if (!UUID.test(id) || !(await acceptIdentity(app.db, tenant.id, id)))
        throw new UsageError(`${tenant.company_name} has no identity ${id}; see: kpi identity generic ${tenant.rut}`);
      terminal.document({ accepted: id });
      terminal.line(terminal.say({ es: 'Se usa desde ahora.', en: 'It is used from now on.' }));
    });
  identity
    .command('shared')
    .description('a RUT, e-mail, e-mail domain or phone that many use tells nobody apart; it is kept as a key, not as typed')
    .argument('<rut|id>', 'the company')
    .argument('<kind>', kinds)
    .argument('<value>', 'as people write it')
    .option('--remove', 'it does tell somebody apart after all')
    .addHelpText('after', '\nExample:\n  kpi identity shared 76042235-5 email_domain marketplace.example')
    .action(async (wanted: string, kind: string, value: string, options: { remove?: true }) => {
      const app = await context.app();
      const tenant = await findTenant(app, wanted);
      if (!isKind(kind)) throw new UsageError(`there is no kind "${kind}"; there are: ${kinds}`);
      const key = sharedKey(app.identityKeyOf(tenant.id), kind, value);
      if (key === null) throw new UsageError(`this is no valid ${kind}, or one that is never used anyway`);
      const customers = await setSharedKey(app.db, tenant.id, kind, key, options.remove !== true);
      terminal.document({ kind, shared: options.remove !== true, customers });
      terminal.line(terminal.say({ es: `Clientes que lo tienen: ${customers}.`, en: `Customers who have it: ${customers}.` }));
    });
}

const isKind = (kind: string): kind is SharedKind => Object.hasOwn(SHARED_KINDS, kind);
