import type { Command } from 'commander';
import { syncConnection } from '../jobs/sync-connection.ts';
import { listRecomputations } from '../store/recomputations.ts';
import { streamStatus, wakeStreams, type StreamStatus } from '../store/streams.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column } from './terminal.ts';
import { describeProgress } from './wait-for-recomputation.ts';

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
      const connections = await wakeStreams(app.db, {
        tenantId: tenant.id,
        resetCursor: options.resetCursor,
        ...(options.source === undefined ? {} : { source: options.source }),
        ...(options.stream === undefined ? {} : { stream: options.stream }),
      });
      if (connections.length === 0) throw new UsageError('no stream of that name is connected; see: kpi status');
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort(new Error('interrupted')));
      const results: Record<string, unknown>[] = [];
      for (const connectionId of connections) {
        for (let more = true; more && !stopping.signal.aborted;) {
          const round = await syncConnection(app, tenant.id, connectionId, stopping.signal);
          more = [...round.values()].some((result) => result.outcome === 'unverified' && !result.complete);
          for (const [stream, result] of round) {
            results.push({ connection_id: connectionId, stream, ...result });
            terminal.progress(`${stream}: ${result.outcome}${result.error === null ? '' : ` — ${result.error}`}`);
          }
        }
      }
      terminal.endProgress();
      terminal.document(results);
      if (results.some((result) => result['outcome'] !== 'unverified' && result['outcome'] !== 'verified')) process.exitCode = 1;
    });

  program
    .command('status')
    .description('how fresh and how healthy every stream is')
    .option('--tenant <rut|id>', 'only this company')
    .action(async (options: { tenant?: string }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const rows = await streamStatus(app.db, tenant?.id ?? null);
      terminal.document(rows);
      terminal.table(statusColumns, rows);
      for (const row of rows) {
        if (row.problem !== null) terminal.line(`\n  ${row.rut} ${row.source} ${row.stream}: ${row.problem}`);
        for (const notice of row.notices) terminal.line(`\n  ${row.rut} ${row.source} ${row.stream}: ${notice.message}`);
      }
      const recomputing = await listRecomputations(app.db, { open: true, ...(tenant === null ? {} : { tenantId: tenant.id }) });
      for (const row of recomputing)
        terminal.line(
          `\n  ${row.rut} ${terminal.say(RECOMPUTING[row.state])} ${describeProgress(terminal, row)} ${row.error_message ?? ''}`.trimEnd(),
        );
      if (rows.length === 0)
        terminal.line(
          terminal.say({ es: 'Nada conectado aún. Empiece con: kpi connect', en: 'Nothing is connected yet. Begin with: kpi connect' }),
        );
      if (
        rows.some((row) => row.state === 'failing' || row.state === 'held' || row.state === 'stale') ||
        recomputing.some((row) => row.state === 'failed')
      )
        process.exitCode = 1;
    });
}

const RECOMPUTING = {
  running: { es: 'recalculando', en: 'recomputing' },
  failed: { es: 'no se pudo recalcular', en: 'could not be recomputed:' },
  done: { es: 'recalculado', en: 'recomputed' },
} as const;

/** Freshness, a row a stream. */
export const statusColumns: readonly Column<StreamStatus>[] = [
  { title: { es: 'Empresa', en: 'Company' }, value: (r) => r.company_name },
  { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
  { title: { es: 'Flujo', en: 'Stream' }, value: (r) => r.stream },
  { title: { es: 'Estado', en: 'State' }, value: (r) => r.state },
  { title: { es: 'Última lectura', en: 'Last read' }, value: (r) => localTime(r.last_success_at) },
  { title: { es: 'Cubierto hasta', en: 'Covered until' }, value: (r) => localTime(r.covered_until) },
  { title: { es: 'Leídos', en: 'Read' }, value: (r) => r.rows, right: true },
  { title: { es: 'En cuarentena', en: 'Quarantined' }, value: (r) => r.open_quarantine, right: true },
];
