import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { MOST_REPLAYED, replayRefusals } from '../jobs/replay-refusals.ts';
import { listQuarantine, showQuarantine, type QuarantineRow } from '../store/quarantine-list.ts';
import { dropRefusals, type ReplayOutcome } from '../store/quarantine-replay.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface ReplayOptions {
  readonly tenant?: string;
  readonly source?: string;
  readonly stream?: string;
  readonly reason: string;
}

/** @throws UsageError for what is no number of a refusal */
export function refusalNumbers(numbers: readonly string[]): string[] {
  const wrong = numbers.find((one) => !/^\d{1,18}$/.test(one));
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is not the number of a refusal; see: kpi quarantine list`);
  return [...numbers];
}

const OUTCOMES: Readonly<Record<ReplayOutcome['outcome'], { es: string; en: string }>> = {
  replayed: { es: 'está en las tablas', en: 'is in the tables' },
  refused: { es: 'rechazado otra vez', en: 'refused again' },
  not_shown: { es: 'el origen ya no lo muestra', en: 'the source shows it no more' },
  unknown: { es: 'no se sabe qué registro es', en: 'which record it is cannot be told' },
};

/** `kpi quarantine replay`: after a repair, the records are read again and written the ordinary way. */
export function replayCommand(quarantine: Command, context: CommandContext): void {
  const { terminal } = context;
  quarantine
    .command('replay')
    .description('after a repair: read refused records again and write them; one that is refused again stays')
    .argument('[number...]', 'numbers of "kpi quarantine list"; all of a stream when left out')
    .option('--tenant <rut|id>', 'the company')
    .option('--source <source>', 'the source')
    .option('--stream <stream>', 'only this stream')
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .addHelpText(
      'after',
      '\nExit codes: 0 all are in the tables, 3 some are not.\n\nExamples:\n  kpi quarantine replay 17 18\n  kpi quarantine replay --tenant 76042235-5 --source odoo --stream orders',
    )
    .action(async (numbers: string[], options: ReplayOptions) => {
      const app = await context.app();
      const rows = numbers.length > 0 ? await openOnes(context, numbers) : await ofStream(context, options);
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort(new Error('interrupted')));
      const author = { who: userInfo().username, reason: options.reason };
      const document: Record<string, unknown>[] = [];
      for (const group of Map.groupBy(rows, (row) => `${row.connection_id} ${row.stream}`).values()) {
        const [{ tenant_id: tenantId, connection_id: connectionId, source, stream, rut }] = group as [QuarantineRow];
        const request = { tenantId, connectionId, stream, ids: group.map(({ id }) => id), author };
        const { outcomes, released, error } = await replayRefusals(app, request, stopping.signal);
        document.push({ tenant_id: tenantId, source, stream, outcomes, released, error });
        terminal.line(`${rut} ${source} ${stream}:`);
        for (const { id, outcome, reason } of outcomes)
          terminal.line(
            `  ${outcome === 'replayed' ? '✓' : '✗'} ${id}: ${terminal.say(OUTCOMES[outcome])}${reason === null ? '' : ` — ${reason}`}`,
          );
        if (error !== null) terminal.line(`  ✗ ${error}`);
        if (released) terminal.line(terminal.say({ es: '  El flujo estaba retenido y sigue.', en: '  The stream was held and goes on.' }));
        if (error !== null) process.exitCode = 1;
        else if (process.exitCode !== 1 && outcomes.some(({ outcome }) => outcome !== 'replayed')) process.exitCode = 3;
      }
      terminal.document(document);
    });
}

async function openOnes(context: CommandContext, numbers: readonly string[]): Promise<QuarantineRow[]> {
  const rows = await showQuarantine((await context.app()).db, refusalNumbers(numbers));
  const open = rows.filter(({ state }) => state === 'open');
  if (open.length > 0) return open;
  const [first] = rows;
  throw new UsageError(
    first === undefined ? 'there is no such number; see: kpi quarantine list' : `No. ${first.id} is ${first.state} already`,
  );
}

async function ofStream(context: CommandContext, { tenant: wanted, source, stream }: ReplayOptions): Promise<QuarantineRow[]> {
  if (wanted === undefined || source === undefined)
    throw new UsageError('name numbers, or --tenant and --source; see: kpi quarantine list');
  requireSource(context.connectors, source);
  const app = await context.app();
  const { id } = await findTenant(app, wanted);
  const rows = await listQuarantine(app.db, { tenantId: id, source, ...(stream === undefined ? {} : { stream }), limit: MOST_REPLAYED });
  if (rows.length === 0) context.terminal.line(context.terminal.say({ es: 'Nada en cuarentena.', en: 'Nothing is in quarantine.' }));
  return rows;
}

/** `kpi quarantine drop`: records that nobody needs. */
export function dropCommand(quarantine: Command, context: CommandContext): void {
  const { terminal } = context;
  quarantine
    .command('drop')
    .description('give refused records up; they stay listed as dropped, with who and why')
    .argument('<number...>', 'numbers of "kpi quarantine list"')
    .requiredOption('--reason <text>', 'why nobody needs them')
    .addHelpText('after', "\nExample:\n  kpi quarantine drop 17 --reason 'test order of the supplier'")
    .action(async (numbers: string[], options: { reason: string }) => {
      if (options.reason.trim() === '') throw new UsageError('--reason is empty; say why nobody needs them');
      const app = await context.app();
      const rows = await openOnes(context, numbers);
      const dropped: string[] = [];
      for (const [tenantId, own] of Map.groupBy(rows, (row) => row.tenant_id))
        dropped.push(
          ...(await dropRefusals(
            app.db,
            tenantId,
            own.map(({ id }) => id),
            { who: userInfo().username, reason: options.reason },
          )),
        );
      terminal.document({ dropped });
      terminal.line(terminal.say({ es: `${dropped.length} descartados.`, en: `${dropped.length} dropped.` }));
    });
}
