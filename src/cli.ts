import { Command, CommanderError, Option } from 'commander';
import { allConnectors, openApp, type App, type Warehouse } from './app.ts';
import { alertCommands } from './commands/alerts.ts';
import { backfillCommands } from './commands/backfill.ts';
import { connectionCommands } from './commands/connection.ts';
import { customerCommands } from './commands/customer.ts';
import { connectCommands } from './commands/connect.ts';
import type { CommandContext } from './commands/context.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { kpisCommand } from './commands/kpis.ts';
import { identityCommands } from './commands/identity.ts';
import { linkCommands } from './commands/link.ts';
import { localCommands } from './commands/local.ts';
import { metabaseCommands } from './commands/metabase.ts';
import { queueCommands } from './commands/queue.ts';
import { quarantineCommands } from './commands/quarantine.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { reconcileCommands } from './commands/reconcile.ts';
import { platformCommands } from './commands/platform.ts';
import { reportCommand } from './commands/report.ts';
import { privacyCommands } from './commands/privacy.ts';
import { retentionCommands } from './commands/retention.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { sweepCommand } from './commands/sweep.ts';
import { syncCommands } from './commands/sync.ts';
import { tenantCommands } from './commands/tenant.ts';
import { tokenCommands } from './commands/token.ts';
import { Terminal, UsageError, type Language } from './commands/terminal.ts';
import { userCommands } from './commands/users.ts';
import { verifyCommand } from './commands/verify.ts';
import { workerCommands } from './commands/worker.ts';
import { ConfigError, readConfig } from './config.ts';
import { DatabaseAway } from './jobs/await-database.ts';
import { localUrl } from './local/commands.ts';
import { localRoleSecret } from './local/state.ts';
import { createLog } from './log.ts';
import { WrongInstant } from './store/local-instant.ts';
import { version } from './version.ts';

// Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 differences found.
const USAGE = 2;

async function main(): Promise<void> {
  // Who reads the output may have seen enough (`kpi kpis | head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const config = readConfig(process.env);
  const program = new Command('kpi')
    .description('Numbers of small companies from Odoo, Shopify, Chatwoot and n8n, in Postgres, each company for itself')
    .version(version)
    .option('--json', 'one JSON document on stdout, logs on stderr', false)
    .addOption(new Option('--lang <language>', 'language of the output').choices(['es', 'en']).default(config.language))
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nBegin with:\n  kpi demo                       everything on an empty machine\n  kpi local start && kpi migrate an empty warehouse of your own',
    );
  // Global options are read wherever they stand: people type them last.
  const given = process.argv.slice(2);
  const language: Language = /--lang[= ]en/.test(given.join(' ')) ? 'en' : /--lang[= ]es/.test(given.join(' ')) ? 'es' : config.language;
  const log = createLog({ level: config.logLevel });
  const terminal = new Terminal({ json: given.includes('--json'), language });

  let app: App | null = null;
  const context: CommandContext = {
    config,
    log,
    terminal,
    connectors: allConnectors,
    warehouse: async () => config.database ?? (await localWarehouse()),
    app: async () => (app ??= openApp(config, await context.warehouse(), log)),
    openApp: (changed, warehouse) => openApp(changed, warehouse, log),
  };
  for (const add of [
    demoCommand,
    localCommands,
    tenantCommands,
    connectCommands,
    connectionCommands,
    syncCommands,
    statusCommand,
    backfillCommands,
    sweepCommand,
    verifyCommand,
    quarantineCommands,
    identityCommands,
    customerCommands,
    kpisCommand,
    explainCommand,
    rebuildCommand,
    retentionCommands,
    privacyCommands,
    linkCommands,
    reconcileCommands,
    alertCommands,
    metabaseCommands,
    reportCommand,
    userCommands,
    tokenCommands,
    platformCommands,
    workerCommands,
    queueCommands,
    doctorCommand,
    serveCommand,
  ]) {
    add(program, context);
  }
  for (const command of everyCommand(program)) command.exitOverride();
  try {
    await program.parseAsync(
      given.filter((word) => word !== '--json'),
      { from: 'user' },
    );
  } finally {
    // Whatever was opened is closed, or the process would wait for idle connections.
    await (app as App | null)?.close();
  }
}

function* everyCommand(command: Command): Generator<Command> {
  for (const child of command.commands) {
    yield child;
    yield* everyCommand(child);
  }
}

async function localWarehouse(): Promise<Warehouse> {
  const url = await localUrl();
  if (url === undefined) throw new UsageError('no database: set DATABASE_URL, or start the local one with: kpi local start && kpi migrate');
  return { url, directUrl: url, roleSecret: await localRoleSecret() };
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // Help and version end here as well, with code 0; commander has printed what there is to say.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
    return;
  }
  const usage = [UsageError, ConfigError, WrongInstant, DatabaseAway].some((kind) => error instanceof kind);
  const advice = error instanceof Error && 'advice' in error ? `. ${String(error.advice)}` : '';
  process.stderr.write(`kpi: ${error instanceof Error ? error.message : String(error)}${advice}\n`);
  process.exitCode = usage ? USAGE : 1;
});
