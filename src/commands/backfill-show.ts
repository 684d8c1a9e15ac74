import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { showBackfills, type BackfillRow, type EntityReport } from '../store/backfills.ts';
import { showSlices, type ShownSlice } from '../store/backfill-slices.ts';
import { progressOf } from '../sync/backfill-progress.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column, type Terminal } from './terminal.ts';

interface Listing {
  readonly tenant?: string;
  readonly open?: true;
  readonly limit: string;
}

const WATCH_MS = 2000;

export function showCommands(backfill: Command, context: CommandContext): void {
  const { terminal } = context;
  const say = (es: string, en: string) => terminal.say({ es, en });
  backfill
    .command('list')
    .description(say('relecturas, la más nueva primero', 'backfills, newest first'))
    .option('--tenant <rut|id>', say('solo esta empresa', 'only this company'))
    .option('--open', say('solo las que no han terminado', 'only those that have not ended'))
    .option('--limit <n>', say('cuántas', 'how many'), '50')
    .addHelpText('after', say('\nEjemplo:\n  kpi backfill list --open', '\nExample:\n  kpi backfill list --open'))
    .action(async (options: Listing) => list(context, options));
  backfill
    .command('show')
    .description(
      say(
        'avance, ritmo, tiempo restante y tramos de una; sin id, las de una empresa',
        'progress, pace, time left and slices of one; without an id, those of a company',
      ),
    )
    .argument('[id]', say('relectura', 'backfill'))
    .option('--tenant <rut|id>', say('la empresa', 'the company'))
    .option('--watch', say('seguirla hasta que termine o se pause', 'follow it until it ends or is paused'))
    .addHelpText(
      'after',
      say(
        '\nTermina con 1 si falló, con 3 si quedó sin verificar.\n\nEjemplo:\n  kpi backfill show 0b0e9c6e-… --watch',
        '\nEnds with 1 when it failed, with 3 when it ended unverified.\n\nExample:\n  kpi backfill show 0b0e9c6e-… --watch',
      ),
    )
    .action(async (id: string | undefined, options: { tenant?: string; watch?: true }) => {
      if (id === undefined) {
        await list(context, { ...options, limit: '50' });
        return;
      }
      const app = await context.app();
      for (;;) {
        const row = await findBackfill(app, id);
        const open = row.state === 'running' || row.state === 'waiting';
        if (options.watch === true && open) {
          terminal.progress(oneLine(terminal, row));
          await sleep(WATCH_MS);
          continue;
        }
        terminal.endProgress();
        const slices = await showSlices(app.db, row.tenant_id, row.id);
        terminal.document([{ ...row, progress: progressOf(row), slice_list: slices }]);
        showOne(terminal, row, slices);
        if (row.state === 'failed') process.exitCode = 1;
        else if (row.outcome === 'unverified') process.exitCode = 3;
        return;
      }
    });
}

/** The backfill of this id. @throws UsageError when there is none */
export async function findBackfill(app: App, id: string): Promise<BackfillRow> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
    throw new UsageError(`"${id}" is not the id of a backfill; see: kpi backfill list`);
  const [row] = await showBackfills(app.db, { id });
  if (row === undefined) throw new UsageError(`there is no backfill ${id}; see: kpi backfill list`);
  return row;
}

async function list({ terminal, app: open }: CommandContext, options: Listing): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit is "${options.limit}"; it is a whole number above 0`);
  const app = await open();
  const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
  const rows = await showBackfills(app.db, { ...(tenant === null ? {} : { tenantId: tenant.id }), open: options.open ?? false, limit });
  terminal.document(rows.map((row) => ({ ...row, progress: progressOf(row) })));
  terminal.table(LISTED, rows);
  for (const row of rows) if (row.error_message !== null) terminal.line(`\n  ${row.id}: ${row.error_message}`);
  if (rows.length === 0) terminal.line(terminal.say({ es: 'No hay ninguna.', en: 'There is none.' }));
  if (rows.some((row) => row.state === 'failed')) process.exitCode = 1;
}

const number = (value: number) => value.toLocaleString('en-US').replaceAll(',', ' ');
const bar = (share: number, width = 10) => `${'█'.repeat(Math.floor(width * share)).padEnd(width, '░')} ${Math.floor(100 * share)} %`;

/** `3 h 12 min`, `4 min 10 s`, `7 s`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function pace(terminal: Terminal, row: BackfillRow): string {
  const { rows_per_second: speed, eta_seconds: eta } = progressOf(row);
  const left = eta === null || row.state === 'paused' ? '' : `, ${terminal.say({ es: 'quedan', en: 'left' })} ${duration(eta)}`;
  return speed === null ? '—' : `${number(Math.round(speed))} ${terminal.say({ es: 'filas', en: 'rows' })}/s${left}`;
}

function oneLine(terminal: Terminal, row: BackfillRow): string {
  const why = row.state === 'waiting' ? `  ${row.error_message ?? ''}` : '';
  return `${row.state} ${bar(progressOf(row).share, 24)}  ${row.slices_done}/${row.slices}  ${pace(terminal, row)}${why}`;
}

const LISTED: readonly Column<BackfillRow>[] = [
  { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
  { title: { es: 'RUT', en: 'RUT' }, value: (r) => r.rut },
  { title: { es: 'Flujo', en: 'Stream' }, value: (r) => `${r.source} ${r.stream}` },
  { title: { es: 'Desde', en: 'From' }, value: (r) => localTime(r.range_from, r.time_zone) },
  { title: { es: 'Hasta', en: 'Until' }, value: (r) => localTime(r.range_until, r.time_zone) },
  { title: { es: 'Estado', en: 'State' }, value: (r) => (r.outcome === null ? r.state : `${r.state}, ${r.outcome}`) },
  { title: { es: 'Avance', en: 'Progress' }, value: (r) => bar(progressOf(r).share) },
  { title: { es: 'Leídas', en: 'Read' }, value: (r) => number(r.read), right: true },
  { title: { es: 'Nuevas', en: 'New' }, value: (r) => number(r.inserted), right: true },
  { title: { es: 'Cambiadas', en: 'Changed' }, value: (r) => number(r.updated), right: true },
  { title: { es: 'Iguales', en: 'Unchanged' }, value: (r) => number(r.unchanged), right: true },
  { title: { es: 'Cuarentena', en: 'Quarantined' }, value: (r) => number(r.quarantined), right: true },
];

const REPORTED: readonly Column<EntityReport>[] = [
  { title: { es: 'Registro', en: 'Record' }, value: (r) => r.entity },
  { title: { es: 'Leídas', en: 'Read' }, value: (r) => number(r.read), right: true },
  { title: { es: 'Nuevas', en: 'New' }, value: (r) => number(r.inserted), right: true },
  { title: { es: 'Cambiadas', en: 'Changed' }, value: (r) => number(r.updated), right: true },
  { title: { es: 'Iguales', en: 'Unchanged' }, value: (r) => number(r.unchanged), right: true },
  { title: { es: 'Más viejas', en: 'Superseded' }, value: (r) => number(r.superseded), right: true },
  { title: { es: 'Excluidas', en: 'Excluded' }, value: (r) => number(r.excluded), right: true },
  { title: { es: 'Cuarentena', en: 'Quarantined' }, value: (r) => number(r.quarantined), right: true },
  { title: { es: 'Borradas', en: 'Tombstoned' }, value: (r) => number(r.tombstoned), right: true },
];

const signs = { exact: '', floor: '≥ ', about: '≈ ' } as const;

function sliceColumns(zone: string): readonly Column<ShownSlice>[] {
  const expected = (r: ShownSlice) => (r.expected === null ? null : `${signs[r.expected_precision ?? 'about']}${number(r.expected)}`);
  return [
    { title: { es: 'Tramo', en: 'Slice' }, value: (r) => r.slice, right: true },
    { title: { es: 'Desde', en: 'From' }, value: (r) => localTime(r.slice_from, zone) },
    { title: { es: 'Hasta', en: 'Until' }, value: (r) => localTime(r.slice_until, zone) },
    { title: { es: 'Estado', en: 'State' }, value: (r) => r.state },
    { title: { es: 'Previstos', en: 'Expected' }, value: expected, right: true },
    { title: { es: 'Leídos', en: 'Read' }, value: (r) => number(r.records), right: true },
    { title: { es: 'Filas/s', en: 'Rows/s' }, value: (r) => (r.seconds > 0 ? number(Math.round(r.rows / r.seconds)) : null), right: true },
    { title: { es: 'En la fuente', en: 'At source' }, value: (r) => (r.counted === null ? null : number(r.counted)), right: true },
    { title: { es: 'Guardados', en: 'Stored' }, value: (r) => (r.stored === null ? null : number(r.stored)), right: true },
  ];
}

function showOne(terminal: Terminal, row: BackfillRow, slices: readonly ShownSlice[]): void {
  const { share } = progressOf(row);
  const say = (es: string, en: string) => terminal.say({ es, en });
  terminal.line(`${row.company_name} (${row.rut}), ${row.source} ${row.stream}, ${row.id}`);
  terminal.line(
    `  ${localTime(row.range_from, row.time_zone)} – ${localTime(row.range_until, row.time_zone)}${row.only_missing ? say(', solo lo que faltaba', ', only what was missing') : ''}`,
  );
  terminal.line(
    `  ${say('Motivo', 'Reason')}: ${row.reason} (${row.requested_by}, ${localTime(row.created_at, row.time_zone)}, ${row.priority})`,
  );
  const state = row.outcome === null ? row.state : `${row.state}, ${row.outcome}`;
  terminal.line(`  ${bar(share, 30)}  ${state}, ${row.slices_done}/${row.slices} ${say('tramos', 'slices')}, ${pace(terminal, row)}`);
  const by = row.changed_by === null ? '' : ` (${row.changed_by})`;
  if (row.error_message !== null) terminal.line(`  ${row.error_message}${by}`);
  if (row.retry_at !== null)
    terminal.line(`  ${say('Se vuelve a intentar', 'Tried again')}: ${localTime(row.retry_at, row.time_zone)} (${row.retries})`);
  if (row.outcome_because !== null) {
    terminal.line(`  ${row.outcome_because}`);
    if (slices.some(({ differing }) => differing !== null))
      terminal.line(
        `  ${say('Releer lo que difiere', 'Read again what differs')}: kpi backfill start --tenant ${row.rut} --source ${row.source} --stream ${row.stream} --from ${row.range_from.toISOString()} --until ${row.range_until.toISOString()} --only-missing`,
      );
  }
  terminal.line();
  terminal.table(sliceColumns(row.time_zone), slices);
  if (row.entities.length === 0) return;
  terminal.line();
  terminal.table(REPORTED, row.entities);
}
