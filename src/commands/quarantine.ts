import type { Command } from 'commander';
import { listQuarantine, showQuarantine, type QuarantineRow } from '../store/quarantine-list.ts';
import { wakeStreams } from '../store/streams.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { dropCommand, refusalNumbers, replayCommand } from './quarantine-close.ts';
import { localTime, UsageError } from './terminal.ts';

interface ListOptions {
  readonly tenant?: string;
  readonly source?: string;
  readonly stream?: string;
  readonly state: string;
  readonly limit: string;
}

const STATES = ['open', 'recovered', 'replayed', 'dropped'] as const;

/** `kpi quarantine`: records that were refused, and what to do with them. */
export function quarantineCommands(program: Command, context: CommandContext): void {
  const quarantine = program
    .command('quarantine')
    .description('records that were refused: nothing bad stops a stream, nothing bad is lost');
  listCommand(quarantine, context);
  showCommand(quarantine, context);
  replayCommand(quarantine, context);
  dropCommand(quarantine, context);
  acceptCommand(quarantine, context);
}

function listCommand(quarantine: Command, context: CommandContext): void {
  const { terminal } = context;
  quarantine
    .command('list')
    .description('refusals, newest first')
    .option('--tenant <rut|id>', 'only this company')
    .option('--source <source>', 'only this source')
    .option('--stream <stream>', 'only this stream')
    .option('--state <state>', 'open, recovered (a good version came), replayed or dropped', 'open')
    .option('--limit <n>', 'how many', '50')
    .action(async (options: ListOptions) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit is "${options.limit}"; it is a whole number above 0`);
      const state = STATES.find((one) => one === options.state);
      if (state === undefined) throw new UsageError(`--state is "${options.state}"; it is one of ${STATES.join(', ')}`);
      if (options.source !== undefined) requireSource(context.connectors, options.source);
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const { source, stream } = options;
      const rows = await listQuarantine(app.db, {
        state,
        limit,
        ...(tenant === null ? {} : { tenantId: tenant.id }),
        ...(source === undefined ? {} : { source }),
        ...(stream === undefined ? {} : { stream }),
      });
      terminal.document(rows);
      terminal.table(
        [
          { title: { es: 'N°', en: 'No.' }, value: (r: QuarantineRow) => r.id, right: true },
          ...(tenant === null ? [{ title: { es: 'Empresa', en: 'Company' }, value: (r: QuarantineRow) => r.rut }] : []),
          { title: { es: 'Flujo', en: 'Stream' }, value: (r) => `${r.source} ${r.stream}` },
          { title: { es: 'Registro', en: 'Record' }, value: (r) => `${r.entity} ${r.source_id ?? '?'}` },
          { title: { es: 'Motivo', en: 'Reason' }, value: (r) => (state === 'open' ? r.reason : (r.closed_because ?? r.reason)) },
          { title: { es: 'Veces', en: 'Times' }, value: (r) => r.times, right: true },
          { title: { es: 'Visto', en: 'Seen' }, value: (r) => localTime(r.last_seen_at) },
        ],
        rows,
      );
      if (rows.length === 0) terminal.line(terminal.say({ es: 'Ninguno.', en: 'None.' }));
      else if (state === 'open') terminal.line(terminal.say({ es: '→ kpi quarantine show <N°>', en: '→ kpi quarantine show <No.>' }));
    });
}

function showCommand(quarantine: Command, context: CommandContext): void {
  const { terminal } = context;
  quarantine
    .command('show')
    .description('what was refused, why, and by which run')
    .argument('<number...>', 'numbers of "kpi quarantine list"')
    .action(async (numbers: string[]) => {
      const rows = await showQuarantine((await context.app()).db, refusalNumbers(numbers));
      if (rows.length === 0) throw new UsageError('there is no such number; see: kpi quarantine list');
      terminal.document(rows);
      for (const row of rows) {
        const { id, rut, company_name, source, stream, entity, source_id, reason, state, closed_because, times, run_id } = row;
        const cut = row.payload_length > Buffer.byteLength(row.payload);
        const say = (es: string, en: string, value: string) => terminal.line(`  ${terminal.say({ es, en }).padEnd(10)}${value}`);
        terminal.title({ es: `N° ${id}: ${entity} ${source_id ?? '?'}`, en: `No. ${id}: ${entity} ${source_id ?? '?'}` });
        say('Empresa', 'Company', `${rut} ${company_name}`);
        say('Flujo', 'Stream', `${source} ${stream}`);
        say('Motivo', 'Reason', reason);
        say('Estado', 'State', closed_because === null ? state : `${state}: ${closed_because}`);
        say('Visto', 'Seen', `${localTime(row.first_seen_at)} … ${localTime(row.last_seen_at)} (${times})`);
        say('Lectura', 'Run', run_id);
        terminal.line(pretty(row.payload));
        if (cut)
          terminal.line(
            terminal.say({ es: `… cortado: eran ${row.payload_length} bytes`, en: `… cut: it had ${row.payload_length} bytes` }),
          );
      }
    });
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

function acceptCommand(quarantine: Command, context: CommandContext): void {
  const { terminal } = context;
  quarantine
    .command('accept')
    .description('let a held stream go on although many of its records were refused; they stay in quarantine')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--source <source>', 'the source')
    .requiredOption('--stream <stream>', 'the stream')
    .action(async (options: { tenant: string; source: string; stream: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const woken = await wakeStreams(app.db, { tenantId: tenant.id, source: options.source, stream: options.stream, accept: true });
      if (woken.length === 0)
        throw new UsageError(`${tenant.company_name} has no stream ${options.source} ${options.stream}; see: kpi status`);
      terminal.document({ accepted: woken });
      terminal.line(terminal.say({ es: 'Seguirá en la próxima lectura.', en: 'It goes on with the next read.' }));
    });
}
