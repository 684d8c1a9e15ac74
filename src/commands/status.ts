import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { readOverview, type Overview } from '../store/overview.ts';
import { listRecomputations, type RecomputationRow } from '../store/recomputations.ts';
import { streamStates, type StreamState } from '../store/stream-states.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { printOverview } from './print-overview.ts';
import { localTime, UsageError, type Column, type Terminal } from './terminal.ts';
import { describeProgress } from './wait-for-recomputation.ts';

interface StatusOptions {
  readonly tenant?: string;
  readonly all: boolean;
  readonly watch?: string | true;
}

interface Shown extends Overview {
  readonly recomputing: readonly RecomputationRow[];
  /** Every stream of the company asked for; null when all companies are. */
  readonly streams: readonly StreamState[] | null;
}

/** `kpi status`: how everything is, on one screen. */
export function statusCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('status')
    .description('how fresh and how healthy everything is: a line for each source, workers, queue, backfills, alerts')
    .option('--tenant <rut|id>', 'only this company, with every stream')
    .option('--all', 'also the sources that are well, when there are more than fit on a screen', false)
    .option('--watch [seconds]', 'look again every few seconds until Ctrl-C; 5 when left out')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is well, 3 something is stale, fails or waits for a person.\n\nExamples:\n  kpi status\n  kpi status --tenant 76042235-5 --watch',
    )
    .action(async (options: StatusOptions) => {
      const every = options.watch === true ? 5 : options.watch === undefined ? null : Number(options.watch);
      if (every !== null && !(every >= 1 && every <= 3600))
        throw new UsageError(`--watch is "${options.watch}"; it is a number of seconds from 1 to 3600`);
      if (every !== null && terminal.json) throw new UsageError('--watch and --json do not go together: ask again instead');
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const stopping = new AbortController();
      if (every !== null) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
      for (;;) {
        const shown = await look(app, tenant);
        if (every !== null && process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J\u001b[3J');
        terminal.document(documentOf(shown));
        print(terminal, shown, { all: options.all, deadSeconds: context.config.timings.deadWorkerMs / 1000 });
        process.exitCode = isWell(shown) ? 0 : 3;
        if (every === null) return;
        await sleep(every * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        terminal.line();
      }
    });
}

async function look(app: App, tenant: TenantRow | null): Promise<Shown> {
  const [overview, recomputing, streams] = await Promise.all([
    readOverview(app.db, tenant?.id ?? null),
    listRecomputations(app.db, { open: true, ...(tenant === null ? {} : { tenantId: tenant.id }) }),
    tenant === null ? null : streamStates(app.db, tenant.id),
  ]);
  return { ...overview, recomputing, streams };
}

function isWell({ sources, recomputing, queue }: Shown): boolean {
  return (
    sources.every(({ light }) => light !== 'trouble') &&
    recomputing.every(({ state }) => state !== 'failed') &&
    queue.every(({ state }) => state !== 'failed')
  );
}

function documentOf({ streams, ...shown }: Shown) {
  const { as_of, ...rest } = shown;
  return { as_of, ok: isWell({ streams, ...shown }), ...rest, ...(streams === null ? {} : { streams }) };
}

function print(terminal: Terminal, shown: Shown, options: { readonly all: boolean; readonly deadSeconds: number }): void {
  printOverview(terminal, shown, options);
  for (const row of shown.recomputing)
    terminal.line(
      `  ${row.rut} ${terminal.say(RECOMPUTING[row.state])} ${describeProgress(terminal, row)} ${row.error_message ?? ''}`.trimEnd(),
    );
  if (shown.streams === null || shown.streams.length === 0) return;
  terminal.title({ es: 'Flujos', en: 'Streams' });
  terminal.table(streamColumns, shown.streams);
  for (const row of shown.streams) {
    const name = `${row.source} ${row.stream}`;
    if (row.problem !== null) terminal.line(`\n  ${name}: ${row.problem}`);
    for (const notice of row.notices) terminal.line(`\n  ${name}: ${notice.message}`);
  }
}

const RECOMPUTING = {
  running: { es: 'recalculando', en: 'recomputing' },
  failed: { es: 'no se pudo recalcular', en: 'could not be recomputed:' },
  done: { es: 'recalculado', en: 'recomputed' },
} as const;

/** When, and how many days differed. */
function verifiedText({ verified_at, days_differing }: StreamState): string | null {
  if (verified_at === null) return null;
  return (days_differing ?? 0) === 0 ? localTime(verified_at) : `≠ ${days_differing} · ${localTime(verified_at)}`;
}

const streamColumns: readonly Column<StreamState>[] = [
  { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
  { title: { es: 'Flujo', en: 'Stream' }, value: (r) => r.stream },
  { title: { es: 'Estado', en: 'State' }, value: (r) => r.state },
  { title: { es: 'Última lectura', en: 'Last read' }, value: (r) => localTime(r.last_success_at) },
  { title: { es: 'Cubierto hasta', en: 'Covered until' }, value: (r) => localTime(r.covered_until) },
  { title: { es: 'Verificado', en: 'Verified' }, value: (r) => verifiedText(r) },
  { title: { es: 'Leídos', en: 'Read' }, value: (r) => r.rows, right: true },
  { title: { es: 'Cuarentena', en: 'Quarantine' }, value: (r) => r.open_quarantine, right: true },
];

/** Freshness, a row a stream, with its company. */
export const statusColumns: readonly Column<StreamState>[] = [
  { title: { es: 'Empresa', en: 'Company' }, value: (r) => r.company_name },
  ...streamColumns,
];
