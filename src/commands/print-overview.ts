import type { FiringAlert, OpenBackfill, Overview, SourceStatus } from '../store/overview.ts';
import { duration } from './duration.ts';
import { localTime, type Terminal, type Words } from './terminal.ts';

const MARKS: Readonly<Record<SourceStatus['light'], string>> = { ok: '✓', attention: '!', trouble: '✗', paused: '‖' };
/** Sources that are well are counted instead of listed when there are more than this. */
const FULL_SCREEN = 30;
const WIDTH = 100;

/** The state of everything for people: at most a hundred columns, trouble with what to type below it. */
export function printOverview(
  terminal: Terminal,
  overview: Overview,
  options: { readonly all: boolean; readonly deadSeconds: number },
): void {
  const { sources } = overview;
  terminal.line(cut(headline(terminal, overview)));
  if (sources.length === 0) {
    terminal.line(
      terminal.say({ es: 'Nada conectado aún. Empiece con: kpi connect', en: 'Nothing is connected yet. Begin with: kpi connect' }),
    );
  } else printSources(terminal, sources, options.all);
  terminal.line();
  terminal.line(cut(workers(terminal, overview, options.deadSeconds)));
  terminal.line(cut(queue(terminal, overview)));
  for (const backfill of overview.backfills) terminal.line(cut(backfillLine(terminal, backfill)));
  printAlerts(terminal, overview.alerts);
  if (sources.some(({ light }) => light === 'trouble'))
    terminal.line(terminal.say({ es: 'Por qué, y qué más: kpi doctor', en: 'Why, and what else: kpi doctor' }));
}

function headline(terminal: Terminal, { as_of, sources }: Overview): string {
  const tenants = new Set(sources.map(({ tenant_id }) => tenant_id)).size;
  const count = (light: SourceStatus['light']) => sources.filter((source) => source.light === light).length;
  const marks = (['ok', 'attention', 'trouble', 'paused'] as const).flatMap((light) =>
    count(light) === 0 ? [] : [`${MARKS[light]} ${count(light)}`],
  );
  const names = terminal.say({
    es: `${tenants} empresas, ${sources.length} orígenes`,
    en: `${tenants} companies, ${sources.length} sources`,
  });
  return `${localTime(as_of)}  ${names}  ${marks.join('  ')}`;
}

function printSources(terminal: Terminal, sources: readonly SourceStatus[], all: boolean): void {
  const listed = all || sources.length <= FULL_SCREEN ? sources : sources.filter(({ light }) => light !== 'ok');
  const head = [
    { es: 'Empresa', en: 'Company' },
    { es: 'Origen', en: 'Source' },
    { es: 'Peor flujo', en: 'Worst stream' },
  ];
  const tail = [
    { es: 'Atraso', en: 'Lag' },
    { es: 'Última lectura', en: 'Last read' },
    { es: 'Cuar.', en: 'Quar.' },
  ];
  const say = (words: readonly Words[]) => words.map((one) => terminal.say(one));
  terminal.line(row(' ', [...say(head), ...say(tail)]));
  for (const source of listed) {
    const { company_name, stream, state, lag_seconds, last_success_at, open_quarantine, time_zone, light } = source;
    const worst = light === 'paused' ? terminal.say({ es: 'en pausa', en: 'paused' }) : (stream ?? '—');
    const shown = light === 'paused' || state === 'ok' || state === null ? worst : `${worst} ${terminal.say(STATES[state])}`;
    const read = localTime(last_success_at, time_zone);
    terminal.line(row(MARKS[light], [company_name, source.source, shown, duration(lag_seconds), read, String(open_quarantine)]));
    for (const line of details(source)) terminal.line(`      ${line}`);
  }
  const hidden = sources.length - listed.length;
  if (hidden > 0)
    terminal.line(
      terminal.say({
        es: `  ✓ y ${hidden} orígenes sin novedad: kpi status --all`,
        en: `  ✓ and ${hidden} sources that are well: kpi status --all`,
      }),
    );
}

const STATES: Readonly<Record<Exclude<SourceStatus['state'], 'ok' | null>, Words>> = {
  held: { es: '(retenido)', en: '(held)' },
  failing: { es: '(falla)', en: '(fails)' },
  stale: { es: '(atrasado)', en: '(stale)' },
  retrying: { es: '(reintenta)', en: '(retries)' },
  loading: { es: '(1ª carga)', en: '(loading)' },
};

const WIDTHS = [22, 8, 27, 10, 16, 5] as const;
const RIGHT: ReadonlySet<number> = new Set([3, 5]);

function row(mark: string, cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = WIDTHS[i]!;
    const text = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
    return RIGHT.has(i) ? text.padStart(width) : text.padEnd(width);
  });
  return `${mark} ${padded.join(' ')}`.trimEnd();
}

/** What happened and what to type, for what waits for a person. */
function details(source: SourceStatus): string[] {
  const { light, state, problem, rut, stream } = source;
  const where = `--tenant ${rut} --source ${source.source}`;
  if (light === 'paused') return [`→ kpi connection resume ${where}`];
  if (light === 'attention' && state === 'ok')
    return [source.open_quarantine > 0 ? `→ kpi quarantine list ${where}` : `→ kpi verify ${where} --heal`];
  if (light !== 'trouble') return [];
  const next =
    state === 'held'
      ? `kpi quarantine list ${where}; kpi quarantine accept ${where} --stream ${stream}`
      : state === 'failing'
        ? `kpi check ${where}`
        : `kpi sync ${where} --stream ${stream}`;
  const wrapped = problem === null ? [] : wrap(problem, WIDTH - 6);
  // A sweep that is held says itself what to type.
  if (state === 'ok' || state === 'retrying' || state === 'loading') return wrapped;
  return [...wrapped, ...wrap(`→ ${next}`, WIDTH - 6)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function workers(terminal: Terminal, overview: Overview, deadSeconds: number): string {
  const alive = overview.workers.filter(({ silent_seconds }) => silent_seconds <= deadSeconds);
  const title = terminal.say({ es: 'Procesos de trabajo', en: 'Workers' });
  if (overview.workers.length === 0) return `${title}: ${terminal.say({ es: 'ninguno → kpi worker', en: 'none → kpi worker' })}`;
  const named = overview.workers.map(({ host, pid, silent_seconds }) =>
    silent_seconds > deadSeconds
      ? `${host}:${pid} ${terminal.say({ es: 'mudo', en: 'silent' })} ${duration(silent_seconds)}`
      : `${host}:${pid}`,
  );
  return `${title}: ${terminal.say({ es: `${alive.length} vivos`, en: `${alive.length} alive` })} (${named.join(', ')})`;
}

function queue(terminal: Terminal, { queue: groups }: Overview): string {
  const jobs = (state: string) => groups.filter((group) => group.state === state).reduce((sum, group) => sum + group.jobs, 0);
  const oldest = Math.max(0, ...groups.flatMap((group) => (group.state === 'ready' ? [group.oldest_seconds] : [])));
  const waits =
    jobs('ready') === 0 ? '' : terminal.say({ es: ` (el más antiguo ${duration(oldest)})`, en: ` (oldest ${duration(oldest)})` });
  const failed =
    jobs('failed') === 0
      ? ''
      : terminal.say({ es: `, ${jobs('failed')} fallidos → kpi queue retry`, en: `, ${jobs('failed')} failed → kpi queue retry` });
  return terminal.say({
    es: `Cola: ${jobs('ready')} esperan${waits}, ${jobs('running')} en curso${failed}`,
    en: `Queue: ${jobs('ready')} wait${waits}, ${jobs('running')} run${failed}`,
  });
}

function backfillLine(terminal: Terminal, { rut, source, stream, state, slices, slices_done, id }: OpenBackfill): string {
  const share = slices === 0 ? 0 : slices_done / slices;
  const bar = '█'.repeat(Math.floor(share * 16)).padEnd(16, '░');
  const title = terminal.say({ es: 'Relectura', en: 'Backfill' });
  const word = state === 'running' ? '' : ` ${state}`;
  return `${title}: ${rut} ${source} ${stream} ${bar} ${Math.floor(share * 100)} % (${slices_done}/${slices})${word} ${id.slice(0, 8)}`;
}

function printAlerts(terminal: Terminal, alerts: readonly FiringAlert[]): void {
  if (alerts.length === 0) return;
  terminal.line(
    terminal.say({ es: `Alertas activas: ${alerts.length} → kpi alerts list`, en: `Alerts firing: ${alerts.length} → kpi alerts list` }),
  );
  for (const { rut, kind, title, since } of alerts.slice(0, 5)) terminal.line(cut(`  ${rut} ${kind}: ${title} (${localTime(since)})`));
}

const cut = (line: string): string => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);
