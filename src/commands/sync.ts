import type { Command } from 'commander';
import { syncConnection } from '../jobs/sync-connection.ts';
import { wakeStreams } from '../store/streams.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { openTraces } from './open-traces.ts';
import { UsageError } from './terminal.ts';

interface SyncOptions {
  readonly tenant: string;
  readonly source?: string;
  readonly stream?: string;
  readonly resetCursor: boolean;
}

export function syncCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('sync')
    .description("read a company's sources now, here, and wait for the end")
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--source <source>', 'only this source')
    .option('--stream <stream>', 'only this stream')
    .option('--reset-cursor', 'forget how far a broken-off walk got and start again from the overlap', false)
    .addHelpText('after', '\nExample:\n  kpi sync --tenant 76042235-5 --source shopify --stream orders')
    .action(async (options: SyncOptions) => {
      if (options.source !== undefined) requireSource(context.connectors, options.source);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      if (tenant.status !== 'active')
        throw new UsageError(`${tenant.company_name} is ${tenant.status}; go on with: kpi tenant resume ${tenant.rut}`);
      const connections = await wakeStreams(app.db, {
        tenantId: tenant.id,
        resetCursor: options.resetCursor,
        ...(options.source === undefined ? {} : { source: options.source }),
        ...(options.stream === undefined ? {} : { stream: options.stream }),
      });
      if (connections.length === 0) throw new UsageError('no stream of that name is connected; see: kpi status');
      const endTraces = await openTraces(app);
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort(new Error('interrupted')));
      const results: Record<string, unknown>[] = [];
      for (const connectionId of connections) {
        for (let more = true; more && !stopping.signal.aborted;) {
          const round = await syncConnection(app, tenant.id, connectionId, stopping.signal);
          more = round.more;
          for (const [stream, result] of round.results) {
            results.push({ connection_id: connectionId, stream, ...result });
            terminal.progress(`${stream}: ${result.outcome}${result.error === null ? '' : ` — ${result.error}`}`);
          }
        }
      }
      terminal.endProgress();
      await endTraces();
      terminal.document(results);
      if (results.some((result) => result['outcome'] !== 'unverified' && result['outcome'] !== 'verified')) process.exitCode = 1;
    });
}
