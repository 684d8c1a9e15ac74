import type { Command } from 'commander';
import { listUsers, mapOrganization, userReadingState, type ListedUser } from '../store/users.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Words } from './terminal.ts';

const REASONS: Readonly<Record<NonNullable<ListedUser['unassigned_because']>, Words>> = {
  no_hint: { es: 'nada dice su empresa', en: 'nothing says the company' },
  unknown_tenant: { es: 'sus metadatos nombran una empresa que no está', en: 'the metadata name a company that is not here' },
  unmapped_organization: { es: 'su organización no está asignada', en: 'the organisation is not mapped' },
};

/** `kpi users`: who may look at the numbers, as Clerk says it. */
export function userCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const users = program.command('users').description('users registered in Clerk, without names');
  users
    .command('sync')
    .description('read all users and memberships now; a worker does it every ten minutes')
    .option('--accept-deletions', 'believe that all users who are no longer in Clerk are gone, however many', false)
    .action(async (options: { acceptDeletions: boolean }) => {
      const app = await context.app();
      if (app.readUsers === null) throw new UsageError('CLERK_SECRET_KEY is not set: give the secret key of the Clerk instance');
      const done = await app.readUsers({ signal: new AbortController().signal, acceptDeletions: options.acceptDeletions });
      terminal.document(done);
      terminal.line(
        terminal.say({
          es: `${done.users} usuarios, ${done.memberships} membresías; borrados ${done.deleted_users}, membresías terminadas ${done.ended_memberships}.`,
          en: `${done.users} users, ${done.memberships} memberships; ${done.deleted_users} deleted, ${done.ended_memberships} memberships ended.`,
        }),
      );
      if (done.problem !== null) {
        terminal.line(`! ${done.problem}`);
        process.exitCode = 1;
      }
    });
  users
    .command('list')
    .description('users and their companies')
    .option('--unassigned', 'only those whose company cannot be told', false)
    .action(async (options: { unassigned: boolean }) => {
      const app = await context.app();
      const [rows, state] = [await listUsers(app.db, options.unassigned), await userReadingState(app.db)];
      terminal.document({ state, users: rows });
      terminal.table(
        [
          { title: { es: 'Usuario', en: 'User' }, value: (r) => r.id },
          { title: { es: 'Empresas', en: 'Companies' }, value: (r) => r.tenants.map((t) => `${t.rut} ${t.role ?? ''}`.trim()).join(', ') },
          { title: { es: 'Organizaciones', en: 'Organisations' }, value: (r) => r.organizations.join(', ') },
          { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(stateOf(r)) },
          { title: { es: 'Último ingreso', en: 'Last sign-in' }, value: (r) => r.last_sign_in_day },
          {
            title: { es: 'Sin empresa porque', en: 'No company because' },
            value: (r) => (r.unassigned_because === null ? '' : terminal.say(REASONS[r.unassigned_because])),
          },
        ],
        rows,
      );
      terminal.line(
        terminal.say({
          es: `Última lectura completa: ${localTime(state.succeeded_at)}`,
          en: `Last complete reading: ${localTime(state.succeeded_at)}`,
        }),
      );
      if (state.problem !== null) terminal.line(`! ${state.problem}`);
    });
  users
    .command('map')
    .description("say which company an organisation of Clerk is; the organisation's own metadata outrank it")
    .argument('<organization-id>', 'id in Clerk: org_…')
    .argument('[rut|id]', 'the company')
    .option('--remove', 'take it back', false)
    .action(async (organization: string, wanted: string | undefined, options: { remove: boolean }) => {
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(organization))
        throw new UsageError(`"${organization}" is no organisation id; it looks like org_2g7np7H…`);
      if ((wanted === undefined) !== options.remove) throw new UsageError('name the company, or give --remove');
      const app = await context.app();
      const tenant = wanted === undefined ? null : await findTenant(app, wanted);
      await mapOrganization(app.db, organization, tenant?.id ?? null);
      terminal.document({ organization, tenant_id: tenant?.id ?? null });
      terminal.line(`${organization} → ${tenant === null ? '—' : `${tenant.rut} ${tenant.company_name}`}`);
    });
}

function stateOf(user: ListedUser): Words {
  if (user.banned) return { es: 'vetado', en: 'banned' };
  return user.locked ? { es: 'bloqueado', en: 'locked' } : { es: 'activo', en: 'active' };
}
