import type { Command } from 'commander';
import type { Precision } from '#contract';
import type { Estimate, Pace } from '../sync/estimate.ts';
import { planBackfills, type BackfillPlan, type PlannedBackfill } from '../sync/plan-backfills.ts';
import { asUsage, scopeOf, scopeOptions, type ScopeOptions } from './backfill-scope.ts';
import type { CommandContext } from './context.ts';
import { localTime, type Column, type Terminal, type Words } from './terminal.ts';

export function planCommand(backfill: Command, context: CommandContext): void {
  const { terminal } = context;
  const command = backfill.command('plan').description(
    terminal.say({
      es: 'qué haría una relectura, sin hacer nada: tramos, registros según la fuente, solicitudes y minutos',
      en: 'what a backfill would do, without doing anything: slices, records by the source, requests and minutes',
    }),
  );
  scopeOptions(command, terminal)
    .addHelpText(
      'after',
      terminal.say({
        es: '\nCada número dice cuánto vale: «=» exacto, «≥» al menos, «≈» estimado.\n\nEjemplos:\n  kpi backfill plan --tenant 76042235-5 --source shopify --stream orders --from 2026-01-01\n  kpi backfill plan --all-tenants --from 2024-12-01 --until 2026-12-01',
        en: '\nEach number says how far it holds: "=" exact, "≥" at least, "≈" about.\n\nExamples:\n  kpi backfill plan --tenant 76042235-5 --source shopify --stream orders --from 2026-01-01\n  kpi backfill plan --all-tenants --from 2024-12-01 --until 2026-12-01',
      }),
    )
    .action(async (options: ScopeOptions) => {
      const app = await context.app();
      const deps = {
        db: app.db,
        connectors: app.connectors,
        openSource: app.openSource,
        now: () => new Date(),
        requestsPerSecond: app.config.requestRate.perSecond,
      };
      const plan = await planBackfills(deps, await scopeOf(app, options), new AbortController().signal).catch(asUsage);
      terminal.document(plan);
      show(terminal, plan);
    });
}

const SIGNS: Readonly<Record<Precision, string>> = { exact: '=', floor: '≥', about: '≈' };
const number = (value: number) => value.toLocaleString('en-US').replaceAll(',', ' ');
const told = (estimate: Estimate | null) => (estimate === null ? '?' : `${SIGNS[estimate.precision]} ${number(estimate.value)}`);
const ORIGINS: Readonly<Record<Pace['origin'], Words>> = {
  measured: { es: 'medido', en: 'measured' },
  others: { es: 'de otras empresas', en: 'of other companies' },
  assumed: { es: 'supuesto', en: 'assumed' },
};

function show(terminal: Terminal, { backfills, leftOut, total }: BackfillPlan): void {
  terminal.table(columns(terminal), backfills);
  const [only] = backfills;
  if (backfills.length === 1 && only !== undefined && only.slices.length > 1) slices(terminal, only);
  terminal.line();
  const all = `${told(total.records)} ${terminal.say({ es: 'registros', en: 'records' })}, ${told(total.rows)} ${terminal.say({ es: 'filas', en: 'rows' })}, ${told(total.requests)} ${terminal.say({ es: 'solicitudes', en: 'requests' })}, ${told(total.minutes)} ${terminal.say({ es: 'minutos una tras otra', en: 'minutes one after the other' })}`;
  terminal.line(`  ${terminal.say({ es: 'En total', en: 'In all' })}: ${all}`);
  const uncounted = backfills.filter(({ records }) => records === null).length;
  if (uncounted > 0)
    terminal.line(
      `  ${terminal.say({ es: `Sin contar las ${uncounted} marcadas con «?».`, en: `Without the ${uncounted} marked with "?".` })}`,
    );
  notes(terminal, backfills);
  const states = [...new Set(leftOut.map(({ source, stream }) => `${source} ${stream}`))];
  if (states.length > 0)
    terminal.line(
      `  ${terminal.say({ es: 'No se releen por fechas, son estados presentes', en: 'Not read again by dates, present states' })}: ${states.join(', ')}`,
    );
}

function columns(terminal: Terminal): readonly Column<PlannedBackfill>[] {
  return [
    { title: { es: 'RUT', en: 'RUT' }, value: (r) => r.rut },
    { title: { es: 'Flujo', en: 'Stream' }, value: (r) => `${r.source} ${r.stream}` },
    { title: { es: 'Desde', en: 'From' }, value: (r) => localTime(new Date(r.slices[0]?.from ?? r.from), r.time_zone) },
    { title: { es: 'Hasta', en: 'Until' }, value: (r) => localTime(new Date(r.slices.at(-1)?.until ?? r.until), r.time_zone) },
    { title: { es: 'Tramos', en: 'Slices' }, value: (r) => r.slices.length, right: true },
    { title: { es: 'Registros', en: 'Records' }, value: (r) => told(r.records), right: true },
    { title: { es: 'Filas', en: 'Rows' }, value: (r) => told(r.rows), right: true },
    { title: { es: 'Solicitudes', en: 'Requests' }, value: (r) => told(r.requests), right: true },
    { title: { es: 'Minutos', en: 'Minutes' }, value: (r) => told(r.minutes), right: true },
    {
      title: { es: 'Ritmo', en: 'Pace' },
      value: (r) => `${number(Math.round(r.pace.rowsPerSecond))}/s ${terminal.say(ORIGINS[r.pace.origin])}`,
    },
  ];
}

function slices(terminal: Terminal, { slices: list, time_zone: zone }: PlannedBackfill): void {
  terminal.line();
  terminal.table(
    [
      // Numbered as they are read: newest first.
      { title: { es: 'Tramo', en: 'Slice' }, value: (r) => list.length - list.indexOf(r), right: true },
      { title: { es: 'Desde', en: 'From' }, value: (r) => localTime(new Date(r.from), zone) },
      { title: { es: 'Hasta', en: 'Until' }, value: (r) => localTime(new Date(r.until), zone) },
      { title: { es: 'Registros', en: 'Records' }, value: (r) => told(r.records), right: true },
    ],
    list.toReversed(),
  );
}

/** What sources cannot give, once each with how many it concerns; what could not be asked; what is under way already. */
function notes(terminal: Terminal, backfills: readonly PlannedBackfill[]): void {
  const said = new Map<string, string[]>();
  const add = (text: string, one: PlannedBackfill) => said.set(text, [...(said.get(text) ?? []), `${one.rut} ${one.source} ${one.stream}`]);
  for (const one of backfills) {
    for (const { message } of one.notices) add(message, one);
    if (one.problem !== null) add(`${terminal.say({ es: 'No se pudo preguntar', en: 'Could not be asked' })}: ${one.problem}`, one);
    if (one.overlaps !== null)
      add(
        terminal.say({
          es: `La relectura ${one.overlaps} ya abarca parte: iniciarla se negaría`,
          en: `Backfill ${one.overlaps} already covers part of it: starting it would be refused`,
        }),
        one,
      );
  }
  for (const [text, who] of said) {
    const rest = who.length > 3 ? ` … (${who.length})` : '';
    terminal.line(`  ${who.slice(0, 3).join(', ')}${rest}: ${text}`);
  }
}
