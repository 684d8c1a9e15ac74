import type { DifferenceReason, VerificationState, VerifiedDay } from '../store/verifications.ts';
import type { VerifyReport } from '../sync/verify-stream.ts';
import type { Column, Terminal, Words } from './terminal.ts';

/** One stream of a connection, compared. */
export type StreamReport = { readonly connection_id: string; readonly source: string; readonly stream: string } & (
  VerifyReport | { readonly state: 'failed'; readonly problem: string }
);

/** Days of a report that differ. */
function differingDays(report: StreamReport): readonly VerifiedDay[] {
  return 'days' in report ? report.days.filter(({ reason }) => reason !== null) : [];
}

const STATES: Readonly<Record<VerificationState, Words>> = {
  running: { es: 'en curso', en: 'running' },
  verified: { es: 'verificado', en: 'verified' },
  differs: { es: 'DIFIERE', en: 'DIFFERS' },
  untold: { es: 'sin comparar', en: 'not compared' },
  failed: { es: 'falló', en: 'failed' },
};

const REASONS: Readonly<Record<DifferenceReason, Words>> = {
  quarantine: { es: 'en cuarentena: kpi quarantine list', en: 'in quarantine: kpi quarantine list' },
  lost: { es: 'nunca llegó: --heal lo relee', en: 'never arrived: --heal reads it again' },
  deleted_here: { es: 'aquí borrado y de nuevo en el origen: --heal', en: 'deleted here and there again: --heal' },
  deleted_there: { es: 'borrado en el origen: kpi sweep', en: 'deleted in the source: kpi sweep' },
  moved: { es: 'está en otro día: --heal', en: 'stands on another day: --heal' },
  changed: { es: 'los mismos registros con otro monto: --heal', en: 'the same records with other money: --heal' },
  several: { es: 'varias causas', en: 'several reasons' },
  unknown: { es: 'no se puede saber', en: 'cannot be told' },
};
const MOST_SHOWN = 60;

type Differing = VerifiedDay & { readonly name: string };

/** What was compared, a line a stream, and each day that differs. */
export function printVerifications(terminal: Terminal, reports: readonly StreamReport[]): void {
  const count = (pick: (report: Extract<StreamReport, { days: unknown }>) => number) => (report: StreamReport) =>
    'days' in report ? pick(report) : null;
  terminal.table<StreamReport>(
    [
      { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
      { title: { es: 'Flujo', en: 'Stream' }, value: (r) => r.stream },
      { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(STATES[r.state]) },
      { title: { es: 'Desde', en: 'From' }, value: (r) => ('days' in r ? (r.days[0]?.day ?? null) : null) },
      { title: { es: 'Hasta', en: 'To' }, value: (r) => ('days' in r ? (r.days.at(-1)?.day ?? null) : null) },
      { title: { es: 'Días', en: 'Days' }, value: count((r) => r.days.length), right: true },
      { title: { es: 'Difieren', en: 'Differ' }, value: (r) => differingDays(r).length, right: true },
      { title: { es: 'Releídos', en: 'Healed' }, value: count((r) => r.healed), right: true },
      { title: { es: 'Sin decir', en: 'Untold' }, value: count((r) => r.untold), right: true },
    ],
    reports,
  );
  // What stops a connection stops all its streams: said once.
  const stopped = reports.filter(({ problem, state }) => problem !== null && state !== 'differs');
  for (const [problem, all] of Map.groupBy(stopped, (report) => report.problem))
    terminal.line(`\n  ${all.map(({ source, stream }) => `${source} ${stream}`).join(', ')}: ${problem}`);
  const differing = reports.flatMap((report) =>
    differingDays(report).map((day): Differing => ({ ...day, name: `${report.source} ${report.stream}` })),
  );
  if (differing.length === 0) return;
  terminal.title({ es: 'Días que difieren', en: 'Days that differ' });
  terminal.table(columns(terminal), differing.slice(0, MOST_SHOWN));
  if (differing.length > MOST_SHOWN)
    terminal.line(
      terminal.say({
        es: `… y ${differing.length - MOST_SHOWN} más (--json).`,
        en: `… and ${differing.length - MOST_SHOWN} more (--json).`,
      }),
    );
}

const columns = (terminal: Terminal): readonly Column<Differing>[] => [
  { title: { es: 'Flujo', en: 'Stream' }, value: (d) => d.name },
  { title: { es: 'Día', en: 'Day' }, value: (d) => d.day },
  { title: { es: 'Aquí', en: 'Here' }, value: (d) => d.ours, right: true },
  { title: { es: 'Origen', en: 'Source' }, value: (d) => d.theirs, right: true },
  { title: { es: 'Diferencia', en: 'Difference' }, value: (d) => d.ours - d.theirs, right: true },
  { title: { es: 'Dinero aquí', en: 'Money here' }, value: (d) => money(d.ours_amounts), right: true },
  { title: { es: 'Dinero origen', en: 'Money there' }, value: (d) => money(d.theirs_amounts), right: true },
  { title: { es: 'Causa probable', en: 'Likely reason' }, value: (d) => (d.reason === null ? null : terminal.say(REASONS[d.reason])) },
  { title: { es: 'Registros', en: 'Records' }, value: records },
];

function money(amounts: VerifiedDay['ours_amounts']): string | null {
  return amounts === null
    ? null
    : Object.entries(amounts)
        .map(([currency, amount]) => `${currency} ${amount}`)
        .join(' + ') || '0';
}

/** Missing here with a plus in front, too many with a minus: what would have to be done. */
function records({ missing, extra }: VerifiedDay): string {
  return [...missing.map((id) => `+${id}`), ...extra.map((id) => `−${id}`)].slice(0, 5).join(' ');
}
