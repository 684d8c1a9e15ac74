import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { RETENTION, type RetentionRule } from '../store/retention-kinds.ts';
import { setRetention, showRetention, type RetentionChange, type RetentionSetting } from '../store/retention.ts';
import { countDue, runRetention } from '../store/run-retention.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column } from './terminal.ts';

const KINDS = RETENTION.map(({ kind, defaultDays, describe }) => `  ${kind.padEnd(12)} ${describe.en} (${defaultDays} days)`).join('\n');

/** `kpi retention …`: how long what is only needed for a while is kept. Workers remove the rest each night. */
export function retentionCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const retention = program.command('retention').description('how long payloads, refusals, runs and personal columns are kept');
  retention
    .command('show')
    .description('what is kept how long, how much is too old by now, and what the last night removed')
    .requiredOption('--tenant <rut|id>', 'the company')
    .action(async (options: { tenant: string }) => {
      const app = await context.app();
      const { id } = await findTenant(app, options.tenant);
      const { settings, last } = await showRetention(app.db, id);
      const due = await countDue(app.db, id);
      terminal.document({ tenant_id: id, settings, due, last });
      terminal.table(columnsOf(context), settings);
      printCounts(context, { es: 'Ya se puede borrar', en: 'Too old by now' }, due);
      if (last !== null)
        printCounts(
          context,
          { es: `Última noche, ${localTime(last.ended_at)}`, en: `Last night, ${localTime(last.ended_at)}` },
          last.deleted,
        );
    });
  retention
    .command('set')
    .description('change it; the next night keeps to it')
    .argument('<kind>', RETENTION.map(({ kind }) => kind).join(', '))
    .argument('<days>', 'whole days, or default')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--source <source>', 'raw: only payloads of this source and --stream')
    .option('--stream <stream>', 'raw: only payloads of this stream')
    .requiredOption('--reason <text>', 'why, for the audit')
    .addHelpText(
      'after',
      `\nKinds:\n${KINDS}\n\nAmounts, documents, folios and dates are never removed.\n\nExample:\n  kpi retention set raw 30 --tenant 76042235-5 --source shopify --stream orders --reason 'contract'`,
    )
    .action(async (kind: string, typed: string, options: { tenant: string; source?: string; stream?: string; reason: string }) => {
      const rule = RETENTION.find((one) => one.kind === kind);
      if (rule === undefined) throw new UsageError(`there is no kind "${kind}"; there are: ${RETENTION.map((one) => one.kind).join(', ')}`);
      const change = { kind: rule.kind, of: streamOf(context, rule, options), days: daysOf(rule, typed) };
      const app = await context.app();
      const { id } = await findTenant(app, options.tenant);
      await setRetention(app.db, id, change, { who: userInfo().username, reason: options.reason });
      const { settings } = await showRetention(app.db, id);
      terminal.document({ tenant_id: id, settings });
      terminal.table(columnsOf(context), settings);
    });
  retention
    .command('run')
    .description('remove now what is too old; workers do so each night')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--dry-run', 'only count it')
    .option('--reason <text>', 'why, for the audit', 'by hand')
    .action(async (options: { tenant: string; dryRun?: true; reason: string }) => {
      const app = await context.app();
      const { id } = await findTenant(app, options.tenant);
      if (options.dryRun === true) {
        const due = await countDue(app.db, id);
        terminal.document({ tenant_id: id, due });
        printCounts(context, { es: 'Se borraría', en: 'Would be removed' }, due);
        return;
      }
      const author = { who: userInfo().username, reason: options.reason };
      const { deleted } = await runRetention(app.db, id, { seconds: Number.POSITIVE_INFINITY, author });
      terminal.document({ tenant_id: id, deleted });
      printCounts(context, { es: 'Se borró', en: 'Removed' }, deleted);
    });
}

function daysOf({ kind, leastDays }: RetentionRule, typed: string): number | null {
  if (typed === 'default') return null;
  const days = Number(typed);
  if (!/^\d{1,4}$/.test(typed) || days < leastDays || days > 3650)
    throw new UsageError(`"${typed}" is not a number of days for ${kind}: from ${leastDays} to 3650, or default`);
  return days;
}

function streamOf(
  { connectors }: CommandContext,
  { kind }: RetentionRule,
  { source, stream }: { readonly source?: string; readonly stream?: string },
): RetentionChange['of'] {
  if (source === undefined && stream === undefined) return null;
  if (kind !== 'raw') throw new UsageError(`--source and --stream go with raw only: ${kind} has one length for the company`);
  if (source === undefined || stream === undefined) throw new UsageError('--source and --stream go together');
  const connector = requireSource(connectors, source);
  const found = connector.streams.find(({ name }) => name === stream);
  if (found === undefined)
    throw new UsageError(`${source} has no stream "${stream}"; it has: ${connector.streams.map(({ name }) => name).join(', ')}`);
  return { source, stream, entities: found.entities };
}

function columnsOf({ terminal }: CommandContext): readonly Column<RetentionSetting>[] {
  return [
    { title: { es: 'Qué', en: 'What' }, value: (r) => (r.stream === null ? r.kind : `${r.kind} ${r.source} ${r.stream}`) },
    { title: { es: 'Días', en: 'Days' }, value: (r) => r.days, right: true },
    { title: { es: 'Lo dijo', en: 'Said by' }, value: (r) => r.set_by ?? terminal.say({ es: 'de fábrica', en: 'default' }) },
    {
      title: { es: 'Significa', en: 'Means' },
      value: (r) => terminal.say(RETENTION.find(({ kind }) => kind === r.kind)!.describe),
    },
  ];
}

function printCounts({ terminal }: CommandContext, title: { es: string; en: string }, counts: Readonly<Record<string, number>>): void {
  terminal.title(title);
  for (const [name, rows] of Object.entries(counts)) terminal.line(`  ${name.padEnd(16)} ${rows}`);
}
