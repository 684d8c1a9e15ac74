import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { keepSecrets, keptSecrets, MetabaseMissing } from '../metabase-secrets.ts';
import { applyMetabase } from '../metabase/apply.ts';
import type { Owner } from '../metabase/deps.ts';
import { embedDashboard } from '../metabase/embed.ts';
import { metabaseHttp } from '../metabase/open-metabase.ts';
import { planMetabase, type Plan } from '../metabase/plan.ts';
import { provisionMetabase } from '../metabase/provision.ts';
import { removeMetabase } from '../metabase/remove.ts';
import { listTenants } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError, type Terminal } from './terminal.ts';

interface Whose {
  readonly tenant?: string;
  readonly executive?: true;
  readonly only?: string;
}

interface NamedOwner {
  readonly owner: Owner;
  readonly name: string;
}

/** `kpi metabase …`: where people look, from nothing to their dashboards. */
export function metabaseCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const metabase = program.command('metabase').description('dashboards in Metabase: set it up, put content there, embed it');
  metabase
    .command('provision')
    .description('take the Metabase at METABASE_URL from nothing to ready; what is so already stays')
    .option('--admin-email <address>', 'administrator to make, or to log in as; password in METABASE_ADMIN_PASSWORD, else one is made')
    .option('--site-name <name>', 'name of the Metabase', 'Indicadores')
    .addHelpText(
      'after',
      '\nAPI key and embedding secret are kept in KPI_HOME/secrets/metabase.json unless the environment gives them.\n\nExample:\n  kpi metabase provision --admin-email admin@example.cl',
    )
    .action((options: { adminEmail?: string; siteName: string }) => provision(context, options));

  for (const [name, description] of [
    ['plan', 'what an apply would do; exits with 3 when there is something'],
    ['diff', 'the same, without what is as it should be'],
    ['apply', 'make it so; may be cut off and repeated'],
  ] as const) {
    metabase
      .command(name)
      .description(description)
      .option('--tenant <rut|id>', 'one company; all of them and the executive content when left out')
      .option('--executive', 'the content over all companies')
      .option('--only <keys>', 'dashboards, with commas between: ventas,soporte')
      .action(async (options: Whose) => {
        const app = await context.app();
        const deps = await app.metabase();
        const only = options.only?.split(',').map((key) => key.trim());
        const plans: Plan[] = [];
        for (const { owner, name: title } of await ownersOf(app, options)) {
          terminal.title({ es: title, en: title });
          const onItem = (item: Plan['items'][number]) => {
            if (item.status !== 'unchanged') terminal.progress(`${item.kind} ${item.key}: ${item.status}`);
          };
          const plan =
            name === 'apply'
              ? await applyMetabase(deps, owner, { ...(only === undefined ? {} : { only }), onItem })
              : await planMetabase(deps, owner, only);
          terminal.endProgress();
          plans.push(plan);
          print(terminal, plan, name === 'diff');
        }
        terminal.document(plans);
        if (name !== 'apply' && plans.some(({ differences }) => differences > 0)) process.exitCode = 3;
      });
  }

  metabase
    .command('remove')
    .description('take a company out of Metabase: its dashboards, cards, connection and collection; may be cut off and repeated')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--force', "also when cards that somebody else put on the company's connection are deleted with it", false)
    .addHelpText('after', '\nExample:\n  kpi metabase remove --tenant 76042235-5')
    .action(async (options: { tenant: string; force: boolean }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const removed = await removeMetabase(await app.metabase(), tenant.id, { force: options.force });
      terminal.document(removed);
      if (removed.items.length === 0) terminal.line(terminal.say({ es: 'No había nada.', en: 'There was nothing.' }));
      for (const { kind, name, outcome } of removed.items) terminal.line(`  ${terminal.say(OUTCOMES[outcome])}: ${kind} ${name}`);
    });

  metabase
    .command('embed')
    .description('signed address of one dashboard of one company, good for ten minutes')
    .argument('<dashboard>', 'its name, title or id')
    .requiredOption('--tenant <rut|id>', 'the company')
    .action(async (dashboard: string, options: { tenant: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const embed = await embedDashboard(await app.embedding(), tenant.id, dashboard);
      terminal.document(embed);
      terminal.line(embed.iframe_url);
    });
}

async function provision(context: CommandContext, options: { adminEmail?: string; siteName: string }): Promise<void> {
  const { config, terminal, log } = context;
  if (config.metabase === null) throw new MetabaseMissing('no Metabase is configured', 'Set METABASE_URL');
  const { url, siteUrl } = config.metabase;
  const kept = await keptSecrets(config);
  const password = process.env['METABASE_ADMIN_PASSWORD'] ?? kept.admin_password ?? randomBytes(18).toString('base64url');
  const embeddingSecret = config.metabase.embeddingSecret ?? kept.embedding_secret ?? randomBytes(32).toString('hex');
  const apiKey = config.metabase.apiKey ?? kept.api_key ?? null;
  log.hide([password, embeddingSecret, ...(apiKey === null ? [] : [apiKey])]);
  // Kept before they are used: after a crash nobody would know what Metabase was given.
  const mine = {
    ...(config.metabase.embeddingSecret === null ? { embedding_secret: embeddingSecret } : {}),
    ...(process.env['METABASE_ADMIN_PASSWORD'] === undefined && options.adminEmail !== undefined ? { admin_password: password } : {}),
  };
  await keepSecrets(config, { ...kept, ...mine });
  const made = await provisionMetabase({
    url,
    siteUrl,
    http: metabaseHttp({ url, log, secrets: [password, embeddingSecret] }),
    apiKey,
    embeddingSecret,
    admin: options.adminEmail === undefined ? null : { email: options.adminEmail, password },
    siteName: options.siteName,
    sleep: (ms) => sleep(ms),
    now: () => new Date(),
  });
  const reference = await keepSecrets(config, {
    ...kept,
    ...mine,
    ...(config.metabase.apiKey === made.secrets.apiKey ? {} : { api_key: made.secrets.apiKey }),
  });
  terminal.document({ url, version: made.version, done: made.done, warnings: made.warnings, secrets: reference });
  for (const step of made.done) terminal.line(`  ${step}`);
  if (made.done.length === 0) terminal.line(terminal.say({ es: '  Todo estaba como debe.', en: '  Everything was as it should be.' }));
  for (const warning of made.warnings) terminal.line(`  ! ${warning}`);
  terminal.line(terminal.say({ es: `  Secretos: ${reference} (KPI_HOME/secrets)`, en: `  Secrets: ${reference} (KPI_HOME/secrets)` }));
}

async function ownersOf(app: App, { tenant, executive }: Whose): Promise<NamedOwner[]> {
  if (tenant !== undefined && executive === true) throw new UsageError('--tenant and --executive do not go together');
  const nobody: NamedOwner = { owner: 'executive', name: 'Ejecutiva' };
  if (executive === true) return [nobody];
  const rows = tenant === undefined ? await listTenants(app.db) : [await findTenant(app, tenant)];
  const shown = rows.filter(({ status, reader_role }) => tenant !== undefined || (status !== 'erased' && reader_role !== null));
  const owners = shown.map((row): NamedOwner => ({ owner: { tenantId: row.id }, name: `${row.rut}  ${row.company_name}` }));
  return tenant === undefined ? [...owners, nobody] : owners;
}

function print(terminal: Terminal, plan: Plan, differencesOnly: boolean): void {
  const rows = plan.items.filter(({ status }) => !differencesOnly || status !== 'unchanged');
  if (rows.length === 0) {
    terminal.line(terminal.say({ es: '  Sin diferencias.', en: '  No differences.' }));
    return;
  }
  terminal.table(
    [
      { title: { es: 'Estado', en: 'State' }, value: (row) => terminal.say(STATES[row.status]) },
      { title: { es: 'Qué', en: 'What' }, value: (row) => `${row.kind} ${row.key}` },
      { title: { es: 'Nombre', en: 'Name' }, value: (row) => row.name },
      { title: { es: 'Cambios', en: 'Changes' }, value: (row) => row.changes.join(', ') },
    ],
    rows,
  );
}

const OUTCOMES = {
  removed: { es: 'quitado', en: 'removed' },
  left: { es: 'queda, tiene contenido ajeno', en: 'stays, somebody else has content in it' },
} as const;

const STATES = {
  create: { es: 'se crea', en: 'create' },
  update: { es: 'se actualiza', en: 'update' },
  unchanged: { es: 'igual', en: 'unchanged' },
  drift: { es: 'cambiado a mano', en: 'drift' },
  orphan: { es: 'ya no se quiere', en: 'orphan' },
  foreign: { es: 'ajeno', en: 'foreign' },
} as const;
