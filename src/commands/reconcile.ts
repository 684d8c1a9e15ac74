import type { Command } from 'commander';
import type { Reconciliation } from '../reconcile/reconciliation.ts';
import { runReconciliation } from '../reconcile/run-reconciliation.ts';
import { showReconciliation } from '../reconcile/show-reconciliation.ts';
import { instantOf } from '../store/local-instant.ts';
import { findTenant, type CommandContext } from './context.ts';
import { clearingCommand } from './reconcile-clearing.ts';
import { documentsCommand } from './reconcile-documents.ts';
import { localTime, UsageError, type Terminal } from './terminal.ts';
import { thousands } from './thousands.ts';

interface RunOptions {
  readonly tenant: string;
  readonly asOf?: string;
  readonly from?: string;
  readonly until?: string;
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
    .option('--limit <n>', 'how many findings to show', '20')
    .addHelpText(
      'after',
      '\nExits with 3 when there are differences.\n\nExample:\n  kpi reconcile run --tenant 76042235-5 --from 2026-11-01 --until 2026-12-01',
    )
    .action(async (options: RunOptions) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const when = (text: string, option: string) => instantOf(app.db, text, tenant.time_zone, option);
      const result = await runReconciliation(app.db, {
        tenantId: tenant.id,
        asOf: (options.asOf === undefined ? new Date() : await when(options.asOf, '--as-of')).toISOString(),
        from: options.from === undefined ? null : (await when(options.from, '--from')).toISOString(),
        until: options.until === undefined ? null : (await when(options.until, '--until')).toISOString(),
        limit: limitOf(options.limit),
      });
      present(terminal, result);
    });
  reconcile
    .command('show')
    .description('a comparison as it was when it ran')
    .argument('[id]', 'comparison; the latest when left out')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--limit <n>', 'how many findings to show', '20')
    .action(async (id: string | undefined, options: { tenant: string; limit: string }) => {
      if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
        throw new UsageError(`"${id}" is not the id of a comparison; without one the latest is shown`);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      present(terminal, await showReconciliation(app.db, { tenantId: tenant.id, id: id ?? null, limit: limitOf(options.limit) }));
    });
  documentsCommand(reconcile, context);
  clearingCommand(reconcile, context);
}

function present(terminal: Terminal, result: Reconciliation): void {
  terminal.document(result);
  printReconciliation(terminal, result);
  if (result.classes.length > 0 || result.remainder !== '0') process.exitCode = 3;
}

/** The bridge from the shop's sales to the books, and its largest findings. */
export function printReconciliation(terminal: Terminal, result: Reconciliation): void {
  terminal.line(`  ${terminal.say({ es: 'Al', en: 'As of' })} ${localTime(new Date(result.asOf))}, ${result.currency}`);
  const bridge = [
    {
      text: terminal.say({ es: `Ventas de la tienda (${result.shopOrders})`, en: `Sales of the shop (${result.shopOrders})` }),
      amount: result.shopAmount,
    },
    ...result.classes.map((c) => ({ text: `${c.class} (${c.findings})`, amount: c.amount })),
    { text: terminal.say({ es: 'Sin explicar', en: 'Unexplained' }), amount: result.remainder },
    {
      text: terminal.say({ es: `Pedidos web en Odoo (${result.erpOrders})`, en: `Web orders in Odoo (${result.erpOrders})` }),
      amount: result.erpAmount,
    },
  ];
  terminal.table(
    [
      { title: { es: 'Puente', en: 'Bridge' }, value: (r) => r.text },
      { title: { es: 'Monto', en: 'Amount' }, value: (r) => thousands(r.amount), right: true },
    ],
    bridge,
  );
  for (const warning of result.warnings) terminal.line(`  ! ${warning.message}`);
  if (result.findings.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Clase', en: 'Class' }, value: (r) => r.class },
      { title: { es: 'Día', en: 'Day' }, value: (r) => r.businessDay },
      { title: { es: 'Tienda', en: 'Shop' }, value: (r) => r.shopName },
      { title: { es: 'Odoo', en: 'Odoo' }, value: (r) => r.erpName },
      { title: { es: 'Diferencia', en: 'Difference' }, value: (r) => thousands(r.amount), right: true },
      { title: { es: 'Motivo', en: 'Reason' }, value: (r) => r.explanation },
    ],
    result.findings,
  );
}
