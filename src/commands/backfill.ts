import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { showBackfills, type BackfillRow } from '../store/backfills.ts';
import { BackfillRefused, startBackfill } from '../sync/start-backfill.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column, type Terminal } from './terminal.ts';

interface StartOptions {
  readonly tenant: string;
  readonly source: string;
  readonly stream: string;
  readonly from: string;
  readonly until?: string;
  readonly reason: string;
  readonly sliceDays: string;
}

export function backfillCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const backfill = program.command('backfill').description('read a date range again, beside the ordinary syncs');
  backfill
    .command('start')
    .description('queue it; workers do it slice by slice, newest first')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--source <source>', 'the source')
    .requiredOption('--stream <stream>', 'the stream')
    .requiredOption('--from <day|instant>', 'first local day, or instant, included')
    .option('--until <day|instant>', 'first local day, or instant, not included; now when left out')
    .option('--reason <text>', 'why; kept with it', 'asked for on the command line')
    .option('--slice-days <days>', 'days of a slice', '30')
    .addHelpText(
      'after',
      '\nExample:\n  kpi backfill start --tenant 76042235-5 --source shopify --stream orders --from 2026-01-01 --until 2026-07-01',
    )
    .action(async (options: StartOptions) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const days = Number(options.sliceDays);
      if (!Number.isInteger(days) || days < 1) throw new UsageError(`--slice-days is "${options.sliceDays}"; it is a whole number of days`);
      const { source, stream, from, until, reason } = options;
      const names = { from: '--from', until: '--until' };
      const wish = { tenant, source, stream, from, until, reason, sliceDays: days, requestedBy: userInfo().username, names };
      const { ids, slices } = await startBackfill(app.db, app.connectors, wish).catch((error: unknown) => {
        throw error instanceof BackfillRefused ? new UsageError(error.message) : error;
      });
      terminal.document({ backfills: ids, slices });
      for (const id of ids)
        terminal.line(
          terminal.say({
            es: `Encolado en ${slices} tramos. Véalo con: kpi backfill show ${id}`,
            en: `Queued in ${slices} slices. Watch it: kpi backfill show ${id}`,
          }),
        );
    });
  backfill
    .command('show')
    .description('progress and balance of one, or of all of a company')
    .argument('[id]', 'backfill')
    .option('--tenant <rut|id>', 'the company')
    .action(async (id: string | undefined, options: { tenant?: string }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
        throw new UsageError(`"${id}" is not the id of a backfill; see: kpi backfill show`);
      const rows = await showBackfills(app.db, {
        ...(tenant === null ? {} : { tenantId: tenant.id }),
        ...(id === undefined ? {} : { id }),
      });
      if (id !== undefined && rows.length === 0) throw new UsageError(`there is no backfill ${id}; see: kpi backfill show`);
      terminal.document(rows);
      show(terminal, rows);
      if (rows.some((row) => row.state === 'failed')) process.exitCode = 1;
    });
}

function show(terminal: Terminal, rows: readonly BackfillRow[]): void {
  terminal.table(columns, rows);
  for (const row of rows) if (row.error_message !== null) terminal.line(`\n  ${row.id}: ${row.error_message}`);
  if (rows.length === 0) terminal.line(terminal.say({ es: 'No hay ninguno.', en: 'There is none.' }));
}

const bar = (done: number, all: number) => `${'█'.repeat(Math.round((10 * done) / Math.max(1, all))).padEnd(10, '░')} ${done}/${all}`;

const columns: readonly Column<BackfillRow>[] = [
  { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
  { title: { es: 'Flujo', en: 'Stream' }, value: (r) => `${r.source} ${r.stream}` },
  { title: { es: 'Desde', en: 'From' }, value: (r) => localTime(r.range_from) },
  { title: { es: 'Hasta', en: 'Until' }, value: (r) => localTime(r.range_until) },
  { title: { es: 'Estado', en: 'State' }, value: (r) => r.state },
  { title: { es: 'Tramos', en: 'Slices' }, value: (r) => bar(r.slices_done, r.slices) },
  { title: { es: 'Leídos', en: 'Read' }, value: (r) => r.read, right: true },
  { title: { es: 'Nuevos', en: 'New' }, value: (r) => r.inserted, right: true },
  { title: { es: 'Cambiados', en: 'Changed' }, value: (r) => r.updated, right: true },
  { title: { es: 'Iguales', en: 'Unchanged' }, value: (r) => r.unchanged, right: true },
  { title: { es: 'Cuarentena', en: 'Quarantined' }, value: (r) => r.quarantined, right: true },
];
