import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { CLASS_NAMES } from '../reconcile/class-names.ts';
import { decideFinding } from '../reconcile/decide-finding.ts';
import { explainFinding } from '../reconcile/explain-finding.ts';
import { CLASSES, type FindingClass } from '../reconcile/finding-classes.ts';
import { FINDING_STATES, TO_DO, type FindingState, type TrackedFinding } from '../reconcile/finding-state.ts';
import { FINDING_STATE_NAMES } from '../reconcile/finding-state-names.ts';
import { listFindings } from '../reconcile/tracked-findings.ts';
import { findTenant, type CommandContext } from './context.ts';
import { moneyIn } from './money-in.ts';
import { UsageError, type Terminal, type Words } from './terminal.ts';

interface ListOptions {
  readonly tenant: string;
  readonly state?: string;
  readonly class?: string;
  readonly minAge?: string;
  readonly limit: string;
}

/** `kpi reconcile findings` and `resolve`: what differs now, since when, and what became of it. */
export function findingsCommand(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('findings')
    .description('what differs between the shop and the books, since when, and what was said of it')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--state <states>', `by commas, of: ${FINDING_STATES.join(', ')}, all; without it what somebody has to do`)
    .option('--class <class>', 'only this class')
    .option('--min-age <days>', 'first seen at least so many local days ago')
    .option('--limit <n>', 'how many to show', '50')
    .addHelpText(
      'after',
      '\nExits with 3 when something is to be done.\n\nExamples:\n  kpi reconcile findings --tenant 76042235-5\n  kpi reconcile findings --tenant 76042235-5 --class missing_in_odoo --min-age 3\n  kpi reconcile findings --tenant 76042235-5 --state explained,resolved --limit 500',
    )
    .action(async (options: ListOptions) => {
      const states = statesOf(options.state);
      const wanted = { states, class: classOf(options.class), minAgeDays: wholeOf('--min-age', options.minAge) };
      const limit = wholeOf('--limit', options.limit) ?? 0;
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      // One more than is shown tells whether there are more.
      const found = await listFindings(app.db, { tenantId: tenant.id, ...wanted, limit: limit + 1 });
      const findings = found.slice(0, limit);
      terminal.document({ tenantId: tenant.id, findings });
      printFindings(terminal, findings, tenant.currency);
      if (found.length > limit)
        terminal.line(terminal.say({ es: `  Solo los primeros ${limit}; más: --limit`, en: `  Only the first ${limit}; more: --limit` }));
      const number = findings[0]?.number;
      if (number !== undefined) terminal.next(nextSteps(tenant.rut, number));
      if (found.some(({ state }) => TO_DO.includes(state))) process.exitCode = 3;
    });
  reconcile
    .command('resolve')
    .description('say that a finding is settled; when both sources, read afterwards, still say it, it reappears')
    .argument('<finding>', 'number of "kpi reconcile findings"')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--reason <text>', 'why, for the audit')
    .option('--note <text>', 'what stays with the finding')
    .addHelpText(
      'after',
      "\nA difference that stays in the sources and is right as it is, is explained: kpi reconcile explain 17 --tenant 76042235-5 --note …\n\nExample:\n  kpi reconcile resolve 17 --tenant 76042235-5 --reason 'duplicate S00043 cancelled in Odoo'",
    )
    .action(async (number: string, options: { tenant: string; reason: string; note?: string }) => {
      if (options.reason.trim() === '') throw new UsageError('--reason is empty; say why it is settled');
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const author = { who: userInfo().username, reason: options.reason };
      const decision = { tenantId: tenant.id, number: findingNumber(number), state: 'resolved' as const, note: options.note ?? null };
      const finding = await decideFinding(app.db, decision, author);
      terminal.document(finding);
      printFindings(terminal, [finding], tenant.currency);
    });
}

/** What may be said of a finding. */
export function nextSteps(rut: string, number: string): [command: string, why: Words][] {
  const command = (verb: string, more: string) => `kpi reconcile ${verb} ${number} --tenant ${rut}${more}`;
  return [
    [command('explain', ''), { es: 'sus documentos, en ambos sistemas', en: 'its documents, in both systems' }],
    [command('explain', " --note '…'"), { es: 'está bien así, y por qué', en: 'it is right as it is, and why' }],
    [command('resolve', " --reason '…'"), { es: 'quedó corregido en el origen', en: 'it was corrected in the source' }],
  ];
}

/** @throws UsageError for what is no number of a finding */
export function findingNumber(text: string): string {
  if (!/^\d{1,18}$/.test(text)) throw new UsageError(`"${text}" is not the number of a finding; see: kpi reconcile findings`);
  return text;
}

function statesOf(text: string | undefined): readonly FindingState[] | null {
  if (text === undefined) return TO_DO;
  if (text === 'all') return null;
  return text.split(',').map((word) => {
    const state = FINDING_STATES.find((known) => known === word.trim());
    if (state === undefined) throw new UsageError(`--state has "${word}"; there are: ${FINDING_STATES.join(', ')}, all`);
    return state;
  });
}

function classOf(text: string | undefined): FindingClass | null {
  if (text === undefined) return null;
  const found = CLASSES.find((one) => one === text);
  if (found === undefined) throw new UsageError(`--class is "${text}"; there are: ${CLASSES.join(', ')}`);
  return found;
}

function wholeOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000) throw new UsageError(`${option} is "${text}"; it is a whole number`);
  return value;
}

export function printFindings(terminal: Terminal, findings: readonly TrackedFinding[], currency: string): void {
  const money = moneyIn(currency);
  if (findings.length === 0) return terminal.line(terminal.say({ es: '  Ningún hallazgo.', en: '  No finding.' }));
  terminal.table(
    [
      { title: { es: 'N°', en: 'No.' }, value: (f) => f.number, right: true },
      { title: { es: 'Estado', en: 'State' }, value: (f) => terminal.say(FINDING_STATE_NAMES[f.state]) },
      { title: { es: 'Clase', en: 'Class' }, value: (f) => terminal.say(CLASS_NAMES[f.class]) },
      { title: { es: 'Día', en: 'Day' }, value: (f) => f.businessDay },
      { title: { es: 'Días', en: 'Age' }, value: (f) => f.ageDays, right: true },
      { title: { es: 'Tienda', en: 'Shop' }, value: (f) => f.shopName },
      { title: { es: 'Odoo', en: 'Odoo' }, value: (f) => f.erpName },
      { title: { es: 'Diferencia', en: 'Difference' }, value: (f) => money(f.amount), right: true },
      { title: { es: 'Valor', en: 'Value' }, value: (f) => (f.value === null ? null : money(f.value)), right: true, optional: true },
      { title: { es: 'Motivo', en: 'Reason' }, value: (f) => terminal.say(explainFinding({ ...f, explanation: null })) },
      { title: { es: 'Nota', en: 'Note' }, value: (f) => f.note, optional: true },
    ],
    findings,
  );
}
