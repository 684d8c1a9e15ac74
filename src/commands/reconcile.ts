import type { Command } from 'commander';
import { HARMLESS } from '../reconcile/finding-classes.ts';
import type { Reconciliation } from '../reconcile/reconciliation.ts';
import { runReconciliation } from '../reconcile/run-reconciliation.ts';
import { showClosing } from '../reconcile/show-closing.ts';
import { showReconciliation } from '../reconcile/show-reconciliation.ts';
import { instantOf } from '../store/local-instant.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { printReconciliation } from './print-reconciliation.ts';
import { clearingCommand } from './reconcile-clearing.ts';
import { closeCommands, printClosing, requireMonth } from './reconcile-close.ts';
import { documentsCommand } from './reconcile-documents.ts';
import { explainFindingCommand } from './reconcile-explain.ts';
import { exportCommand } from './reconcile-export.ts';
import { findingsCommand } from './reconcile-findings.ts';
import { companyLine, localDay } from './reconcile-heading.ts';
import { UsageError, type Terminal } from './terminal.ts';

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
  const reconcile = program
    .command('reconcile')
    .description('compare the shop with the books, to the last peso')
    .addHelpText(
      'after',
      `
Any day:
  kpi reconcile run --tenant 76042235-5 --from 2026-11-01 --until 2026-12-01   the bridge of a period, and what explains it
  kpi reconcile findings --tenant 76042235-5                                   what there is to do, since when
  kpi reconcile explain 17 --tenant 76042235-5                                 one of them: its documents, in both systems

Once a month:
  kpi reconcile documents --tenant 76042235-5 --month 2026-11                  sales against boletas, facturas and notes
  kpi reconcile clearing --tenant 76042235-5 --from 2026-11-01 --until 2026-12-01
  kpi reconcile close --tenant 76042235-5 --month 2026-11                      as it is, for good
  kpi reconcile export --tenant 76042235-5 --month 2026-11 --out noviembre.xlsx

docs/reconciliation.md says what each class means.`,
    );
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
        // What speaks for now is also what is open now.
        keepOpen: options.asOf === undefined,
      };
      const result = await runReconciliation(app.db, wish);
      present(terminal, result, tenant);
      const month = result.from === null ? null : localDay(result.from, tenant.time_zone).slice(0, 7);
      terminal.next([
        [`kpi reconcile findings --tenant ${tenant.rut}`, { es: 'lo que hay que hacer', en: 'what there is to do' }],
        [
          `kpi reconcile export --tenant ${tenant.rut} --month ${month ?? 'YYYY-MM'} --out conciliacion.xlsx`,
          { es: 'un mes como archivo', en: 'a month as a file' },
        ],
        [`kpi reconcile show ${result.id} --tenant ${tenant.rut}`, { es: 'esto mismo otra vez', en: 'the same again' }],
      ]);
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
      const shown = await showReconciliation(app.db, { tenantId: tenant.id, id: id ?? null, limit: limitOf(options.limit) });
      present(terminal, shown, tenant);
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
  printClosing(terminal, shown, tenant);
  if (shown.live.changes.length > 0) process.exitCode = 3;
}

function present(terminal: Terminal, result: Reconciliation, tenant: TenantRow): void {
  terminal.document(result);
  const { from, until } = result;
  const first = from === null ? null : localDay(from, tenant.time_zone);
  const last = until === null ? null : localDay(new Date(Date.parse(until) - 1).toISOString(), tenant.time_zone);
  const everything = terminal.say({ es: 'todo', en: 'everything' });
  const range = first === null && last === null ? everything : `${first ?? '…'} – ${last ?? '…'}`;
  terminal.line(companyLine(tenant, range, result.currency));
  printReconciliation(terminal, result, tenant.time_zone);
  if (result.classes.some((c) => !HARMLESS.has(c.class)) || result.remainder !== '0') process.exitCode = 3;
}
