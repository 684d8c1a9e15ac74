import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { listConnections, setConnectionStatus } from '../store/connections.ts';
import { connectionSchedule } from './connection-schedule.ts';
import { findTenant, onlyConnection, requireSource, type CommandContext } from './context.ts';

/** `kpi connection`: what a company has connected, when it is read, and pausing it. */
export function connectionCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const connection = program.command('connection').description('what a company has connected');
  connection
    .command('list')
    .description('its connections')
    .requiredOption('--tenant <rut|id>', 'the company')
    .action(async (options: { tenant: string }) => {
      const app = await context.app();
      const { id } = await findTenant(app, options.tenant);
      const rows = (await listConnections(app.db, { tenantId: id })).map((row) => ({
        id: row.id,
        source: row.source,
        name: row.name,
        host: row.host,
        status: row.status,
      }));
      terminal.document(rows);
      terminal.table(
        [
          { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
          { title: { es: 'Nombre', en: 'Name' }, value: (r) => r.name },
          { title: { es: 'Servidor', en: 'Host' }, value: (r) => r.host },
          { title: { es: 'Estado', en: 'State' }, value: (r) => r.status },
          { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
        ],
        rows,
      );
    });
  const set = (name: 'pause' | 'resume', description: string, status: 'paused' | 'active') =>
    connection
      .command(name)
      .description(description)
      .requiredOption('--tenant <rut|id>', 'the company')
      .requiredOption('--source <source>', 'the source')
      .option('--id <id>', 'which, where it has several of that source')
      .option('--reason <text>', 'why, for the audit', 'not stated')
      .addHelpText('after', `\nExample:\n  kpi connection ${name} --tenant 76042235-5 --source shopify --reason 'shop is being moved'`)
      .action(async (options: { tenant: string; source: string; id?: string; reason: string }) => {
        requireSource(context.connectors, options.source);
        const app = await context.app();
        const { id } = await findTenant(app, options.tenant);
        const only = await onlyConnection(app, id, options.source, options.id);
        const author = { who: userInfo().username, reason: options.reason };
        const changed = await setConnectionStatus(app.db, id, only.id, status, author);
        terminal.document({ connection_id: only.id, status, changed });
        terminal.line(`${only.source} ${only.name}: ${status}`);
      });
  set('pause', 'stop reading a source; its rows stay', 'paused');
  set('resume', 'read it again', 'active');
  connectionSchedule(connection, context);
}
