import { userInfo } from 'node:os';
import type { Command } from 'commander';
import {
  createServiceToken,
  listServiceTokens,
  revokeServiceToken,
  SCOPES,
  type ListedToken,
  type Scope,
} from '../store/service-tokens.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Words } from './terminal.ts';

interface CreateOptions {
  readonly name: string;
  readonly scopes: string;
  readonly tenant?: string;
  readonly allTenants: boolean;
  readonly days: string;
}

/** `kpi token`: with what other programs ask the gateway. */
export function tokenCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const token = program.command('token').description('tokens with which other programs ask the gateway (kpi serve)');
  token
    .command('create')
    .description('make one; it is shown this once, and only its hash is kept')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scopes <list>', `what it may ask, by commas: ${SCOPES.join(', ')}`)
    .option('--tenant <rut|id>', 'the only company it may ask about')
    .option('--all-tenants', 'it may ask about every company', false)
    .option('--days <n>', 'days until it expires, at most 730', '90')
    .addHelpText('after', "\nExample:\n  kpi token create --name 'portal' --scopes embed,read --tenant 76042235-5")
    .action(async (options: CreateOptions) => {
      const scopes = scopesOf(options.scopes);
      const days = Number(options.days);
      if (!/^\d+$/.test(options.days) || days < 1 || days > 730)
        throw new UsageError(`--days is "${options.days}"; it is a whole number from 1 to 730`);
      if (options.name.trim() === '') throw new UsageError('--name is empty; say what the token is for');
      if ((options.tenant === undefined) !== options.allTenants)
        throw new UsageError('say about which company it may ask: --tenant <rut>, or --all-tenants');
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const request = { name: options.name.trim(), scopes, tenantId: tenant?.id ?? null, days, createdBy: userInfo().username };
      const made = await createServiceToken(app.db, request);
      terminal.document({ id: made.id, token: made.token, scopes, tenant_id: tenant?.id ?? null });
      terminal.line(made.token);
      terminal.line(terminal.say({ es: 'Guárdelo ahora: no se puede volver a mostrar.', en: 'Keep it now: it cannot be shown again.' }));
    });
  token
    .command('list')
    .description('all of them, without their secrets')
    .action(async () => {
      const rows = await listServiceTokens((await context.app()).db);
      terminal.document(rows.map((row) => ({ ...row, state: stateOf(row).en })));
      terminal.table(
        [
          { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
          { title: { es: 'Nombre', en: 'Name' }, value: (r) => r.name },
          { title: { es: 'Empresa', en: 'Company' }, value: (r) => r.rut ?? (r.tenant_id === null ? terminal.say(EVERY) : r.tenant_id) },
          { title: { es: 'Alcances', en: 'Scopes' }, value: (r) => r.scopes.join(', ') },
          { title: { es: 'Vence', en: 'Expires' }, value: (r) => localTime(r.expires_at) },
          { title: { es: 'Último uso', en: 'Last used' }, value: (r) => r.last_used_day },
          { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(stateOf(r)) },
        ],
        rows,
      );
    });
  token
    .command('revoke')
    .description('refuse it from now on')
    .argument('<id>', 'see: kpi token list')
    .action(async (id: string) => {
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
        throw new UsageError(`"${id}" is not the id of a token; see: kpi token list`);
      const revoked = await revokeServiceToken((await context.app()).db, id, userInfo().username);
      if (!revoked) throw new UsageError(`there is no token ${id} that still holds; see: kpi token list`);
      terminal.document({ id, revoked: true });
      terminal.line(terminal.say({ es: 'Revocado.', en: 'Revoked.' }));
    });
}

const EVERY: Words = { es: '(todas)', en: '(all)' };

function scopesOf(text: string): Scope[] {
  const wanted = [...new Set(text.split(',').map((one) => one.trim()))];
  const known = wanted.filter((one): one is Scope => SCOPES.some((scope) => scope === one));
  if (known.length !== wanted.length)
    throw new UsageError(`--scopes is "${text}"; it is one or more of ${SCOPES.join(', ')}, separated by commas`);
  return known;
}

function stateOf(token: ListedToken): Words {
  if (token.revoked_at !== null) return { es: 'revocado', en: 'revoked' };
  return token.expires_at <= new Date() ? { es: 'vencido', en: 'expired' } : { es: 'vigente', en: 'valid' };
}
