import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { sweepStream } from '../jobs/sweep-stream.ts';
import { listConnections } from '../store/connections.ts';
import { heldSweep, type SweptRecord } from '../store/sweeps.ts';
import type { SweepReport } from '../sync/run-sweep.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { UsageError, type Terminal, type Words } from './terminal.ts';

interface SweepOptions {
  readonly tenant: string;
  readonly source: string;
  readonly stream: string;
  readonly dryRun: boolean;
  readonly confirm: boolean;
}

/** `kpi sweep`: what a source has deleted without telling. */
export function sweepCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('sweep')
    .description('look now, here, for records that a source has deleted without telling, and mark them as deleted')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--source <source>', 'the source')
    .requiredOption('--stream <stream>', 'the stream')
    .option('--dry-run', 'only show what would be marked', false)
    .option('--confirm', 'your word for the records that the held sweep of this stream names', false)
    .addHelpText(
      'after',
      `
Workers do it each night. More than 50 records, or 2 %, are held until you confirm: look at them first.
Exit code 3: records are gone and were not marked.

Example:
  kpi sweep --tenant 76042235-5 --source odoo --stream orders --dry-run`,
    )
    .action(async (options: SweepOptions) => {
      const connector = requireSource(context.connectors, options.source);
      const stream = connector.streams.find(({ name }) => name === options.stream);
      const swept = connector.streams.filter(({ listing }) => listing !== undefined).map(({ name }) => name);
      if (stream === undefined) throw new UsageError(`${connector.id} has no stream "${options.stream}"; swept are: ${swept.join(', ')}`);
      if (stream.listing === undefined)
        throw new UsageError(
          `absence in ${connector.id} ${stream.name} never means deletion, so it is not swept; swept are: ${swept.join(', ') || '—'}`,
        );
      if (options.dryRun && options.confirm) throw new UsageError('--dry-run changes nothing and --confirm does: give one of them');
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const connections = await listConnections(app.db, { tenantId: tenant.id, source: connector.id });
      if (connections.length === 0)
        throw new UsageError(
          `${tenant.company_name} has no ${connector.id}; connect it: kpi connect ${connector.id} --tenant ${tenant.rut}`,
        );
      const places = connections.map(({ id }) => ({ tenantId: tenant.id, connectionId: id, stream: stream.name }));
      const held = await Promise.all(places.map((place) => heldSweep(app.db, place)));
      if (options.confirm && held.every((one) => one === null))
        throw new UsageError(`no sweep of ${connector.id} ${stream.name} waits for a word; see: kpi sweep --dry-run`);
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort(new Error('interrupted')));
      const reports: (SweepReport & { readonly connection_id: string })[] = [];
      for (const place of places) {
        terminal.progress(`${connector.id} ${stream.name} …`);
        const wish = { dryRun: options.dryRun, confirm: options.confirm, askedBy: userInfo().username };
        reports.push({ connection_id: place.connectionId, ...(await sweepStream(app, place, wish, stopping.signal)) });
      }
      terminal.endProgress();
      terminal.document(reports);
      for (const report of reports) show(terminal, report);
      if (reports.some(({ state }) => state === 'failed' || state === 'busy')) process.exitCode = 1;
      else if (reports.some(({ state, figures }) => state === 'held' || (state === 'shown' && (figures.gone ?? 0) > 0)))
        process.exitCode = 3;
    });
}

const LOOKS: Readonly<Record<SweptRecord['look'], Words>> = {
  gone: { es: 'borrado', en: 'deleted' },
  there: { es: 'sigue ahí', en: 'still there' },
  hidden: { es: 'oculto para nuestro usuario', en: 'hidden from our user' },
};
const MOST_SHOWN = 100;

function show(terminal: Terminal, { state, figures, records, problem }: SweepReport): void {
  if (state === 'busy') {
    terminal.line(terminal.say({ es: 'Otro proceso ya lo está haciendo.', en: 'Another process is at it.' }));
    return;
  }
  const { counted = 0, candidates = 0, gone = 0, tombstoned = 0 } = figures;
  if (state !== 'failed')
    terminal.line(
      terminal.say({
        es: `El origen tiene ${counted} registros; aquí se buscaron ${candidates}. Borrados: ${gone}; marcados ahora: ${tombstoned}.`,
        en: `The source has ${counted} records; ${candidates} of ours were looked for. Deleted: ${gone}; marked now: ${tombstoned}.`,
      }),
    );
  if (records.length > 0)
    terminal.table(
      [
        { title: { es: 'Id en el origen', en: 'Id in the source' }, value: (r) => r.source_id },
        { title: { es: 'Día', en: 'Day' }, value: (r) => r.day },
        { title: { es: 'Qué es de él', en: 'What became of it' }, value: (r) => terminal.say(LOOKS[r.look]) },
      ],
      records.slice(0, MOST_SHOWN),
    );
  if (records.length > MOST_SHOWN)
    terminal.line(
      terminal.say({ es: `… y ${records.length - MOST_SHOWN} más (--json).`, en: `… and ${records.length - MOST_SHOWN} more (--json).` }),
    );
  if (problem !== null) terminal.line(`\n  ${problem}`);
}
