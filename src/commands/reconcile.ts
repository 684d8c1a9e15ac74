import type { Command } from 'commander';
import { CLASS_NAMES } from '../reconcile/class-names.ts';
import { explainFinding } from '../reconcile/explain-finding.ts';
import { HARMLESS } from '../reconcile/finding-classes.ts';
import { keepOpenFindings } from '../reconcile/keep-open-findings.ts';
import type { ClassTotal, Finding, Reconciliation } from '../reconcile/reconciliation.ts';
import { runReconciliation } from '../reconcile/run-reconciliation.ts';
import { showClosing } from '../reconcile/show-closing.ts';
import { showReconciliation } from '../reconcile/show-reconciliation.ts';
import { instantOf } from '../store/local-instant.ts';
import { findTenant, type CommandContext } from './context.ts';
import { clearingCommand } from './reconcile-clearing.ts';
import { closeCommands, printClosing, requireMonth } from './reconcile-close.ts';
import { documentsCommand } from './reconcile-documents.ts';
import { explainFindingCommand } from './reconcile-explain.ts';
import { exportCommand } from './reconcile-export.ts';
import { findingsCommand } from './reconcile-findings.ts';
import { localTime, UsageError, type Terminal } from './terminal.ts';
import { thousands } from './thousands.ts';

interface RunOptions {
  readonly tenant: string;
  readonly asOf?: string;
  readonly from?: string;
  readonly until?: string;
  readonly strict?: true;
  readonly limit: string;
}

export function reconcileCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const reconcile = program.command('reconcile').description('compare the shop with the books, to the last peso');
  const limitOf = (text: string): number => {
    const limit = Number(text);
    if (!Number.isInteger(limit) || limit < 0) throw new UsageError(`--limit is "${text}"; it is a whole number`);
    return limit;
  };
  reconcile
    .command('run')
    .description('compare now and keep the result')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--as-of <instant>', 'the instant it speaks for; now when left out')
    .option('--from <day|instant>', 'first local day, included; everything when left out')
    .option('--until <day|instant>', 'first local day not included')
    .option('--strict', 'refuse when a side is stale, held, paused or being read again, instead of warning')
    .option('--limit <n>', 'how many findings to show', '20')
    .addHelpText(
      'after',
      '\nExits with 3 when there are differences; what is pending, out of scope or within the tolerance is none.\n\nExample:\n  kpi reconcile run --tenant 76042235-5 --from 2026-11-01 --until 2026-12-01',
    )
    .action(async (options: RunOptions) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const when = (text: string, option: string) => instantOf(app.db, text, tenant.time_zone, option);
      const wish = {
        tenantId: tenant.id,
        asOf: (options.asOf === undefined ? new Date() : await when(options.asOf, '--as-of')).toISOString(),
        from: options.from === undefined ? null : (await when(options.from, '--from')).toISOString(),
        until: options.until === undefined ? null : (await when(options.until, '--until')).toISOString(),
        strict: options.strict ?? false,
        limit: limitOf(options.limit),
      };
      // What speaks for now is also what is open now.
      if (options.asOf === undefined) await keepOpenFindings(app.db, { tenantId: tenant.id, asOf: wish.asOf });
      const result = await runReconciliation(app.db, wish);
      present(terminal, result);
    });
  reconcile
    .command('show')
    .description('a comparison as it was when it ran, or a month as it was closed, and what changed since')
    .argument('[id]', 'comparison; the latest when left out')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--month <YYYY-MM>', 'a closed month instead')
    .option('--limit <n>', 'how many findings to show', '20')
    .addHelpText(
      'after',
      '\nExits with 3 when there are differences, or something changed since the closing.\n\nExample:\n  kpi reconcile show --tenant 76042235-5 --month 2026-11',
    )
    .action(async (id: string | undefined, options: { tenant: string; month?: string; limit: string }) => {
      if (options.month !== undefined) return showMonth(context, { ...options, month: options.month }, id, limitOf(options.limit));
      if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
        throw new UsageError(`"${id}" is not the id of a comparison; without one the latest is shown`);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      present(terminal, await showReconciliation(app.db, { tenantId: tenant.id, id: id ?? null, limit: limitOf(options.limit) }));
    });
  findingsCommand(reconcile, context);
  explainFindingCommand(reconcile, context);
  closeCommands(reconcile, context);
  documentsCommand(reconcile, context);
  clearingCommand(reconcile, context);
  exportCommand(reconcile, context);
}

async function showMonth(
  { terminal, app: open }: CommandContext,
  { tenant: wanted, month }: { readonly tenant: string; readonly month: string },
  id: string | undefined,
  limit: number,
): Promise<void> {
  if (id !== undefined) throw new UsageError('a comparison and --month are two different questions');
  requireMonth(month);
  const app = await open();
  const tenant = await findTenant(app, wanted);
  const shown = await showClosing(app.db, tenant.id, month, limit);
  terminal.document(shown);
  printClosing(terminal, shown, tenant.time_zone);
  if (shown.live.changes.length > 0) process.exitCode = 3;
}

function present(terminal: Terminal, result: Reconciliation): void {
  terminal.document(result);
  printReconciliation(terminal, result);
  if (result.classes.some((c) => !HARMLESS.has(c.class)) || result.remainder !== '0') process.exitCode = 3;
}

/** The bridge from the shop's sales to the books, what it says beside that, and the first findings. */
export function printReconciliation(terminal: Terminal, result: Reconciliation): void {
  const asOf = (at: string | null) => localTime(at === null ? null : new Date(at));
  terminal.line(
    `  ${terminal.say({ es: 'Al', en: 'As of' })} ${asOf(result.asOf)}, ${result.currency}; ${terminal.say({ es: 'tienda leída hasta', en: 'shop read until' })} ${asOf(result.shopAsOf)}, ${terminal.say({ es: 'Odoo hasta', en: 'Odoo until' })} ${asOf(result.erpAsOf)}`,
  );
  for (const warning of result.warnings)
    terminal.line(`  !! ${[warning.source, warning.message].filter((word) => word !== null).join(': ')}`);
  const name = (c: ClassTotal) => `${terminal.say(CLASS_NAMES[c.class])} (${c.findings - c.flags})`;
  const sides = { shop: `(${result.shopOrders})`, erp: `(${result.erpOrders})` };
  const bridge = [
    { text: terminal.say({ es: `Ventas de la tienda ${sides.shop}`, en: `Sales of the shop ${sides.shop}` }), amount: result.shopAmount },
    ...result.classes.filter((c) => c.findings > c.flags).map((c) => ({ text: `  ${name(c)}`, amount: c.amount })),
    { text: terminal.say({ es: '  Sin explicar', en: '  Unexplained' }), amount: result.remainder },
    { text: terminal.say({ es: `Pedidos web en Odoo ${sides.erp}`, en: `Web orders in Odoo ${sides.erp}` }), amount: result.erpAmount },
  ];
  terminal.table(
    [
      { title: { es: 'Puente', en: 'Bridge' }, value: (r) => r.text },
      { title: { es: 'Monto', en: 'Amount' }, value: (r) => thousands(r.amount), right: true },
    ],
    bridge,
  );
  const flags = result.classes.filter((c) => c.flags > 0);
  if (flags.length > 0) {
    terminal.line();
    terminal.table(
      [
        {
          title: { es: 'Además, sin efecto en el puente', en: 'Also, without effect on the bridge' },
          value: (c) => terminal.say(CLASS_NAMES[c.class]),
        },
        { title: { es: 'Casos', en: 'Cases' }, value: (c) => c.flags, right: true },
        { title: { es: 'Valor', en: 'Value' }, value: (c) => thousands(c.value), right: true },
      ],
      flags,
    );
  }
  if (result.findings.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Clase', en: 'Class' }, value: (r) => r.class },
      { title: { es: 'Día', en: 'Day' }, value: (r) => r.businessDay },
      { title: { es: 'Tienda', en: 'Shop' }, value: (r) => r.shopName },
      { title: { es: 'Odoo', en: 'Odoo' }, value: (r) => r.erpName },
      { title: { es: 'Diferencia', en: 'Difference' }, value: (r) => thousands(r.amount), right: true },
      { title: { es: 'Valor', en: 'Value' }, value: (r) => thousands(r.value), right: true },
      { title: { es: 'Motivo', en: 'Reason' }, value: (r) => [terminal.say(explainFinding(r)), ...suggested(terminal, r)].join('. ') },
    ],
    result.findings,
  );
}

function suggested(terminal: Terminal, { suggestion }: Finding): string[] {
  if (suggestion === null) return [];
  const names = suggestion
    .map(({ name: document, shop, day }) => `${document}${shop === undefined ? '' : ` · ${shop}`} (${day})`)
    .join(', ');
  return [terminal.say({ es: `¿Será ${names}?`, en: `Could it be ${names}?` })];
}
