import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { closeMonth, reopenMonth } from '../reconcile/close-month.ts';
import type { PeriodEntity, PeriodTotals, ShownClosing } from '../reconcile/closing.ts';
import { PERIOD_ENTITY_NAMES } from '../reconcile/period-entity-names.ts';
import { boundsOf } from '../reconcile/run-documents-bridge.ts';
import { showClosing } from '../reconcile/show-closing.ts';
import { warningText } from '../reconcile/warning-text.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { moneyIn } from './money-in.ts';
import { printDocumentsBridge } from './reconcile-documents.ts';
import { companyLine } from './reconcile-heading.ts';
import { localTime, UsageError, type Terminal } from './terminal.ts';

interface CloseOptions {
  readonly tenant: string;
  readonly month: string;
  readonly reason: string;
  readonly force: boolean;
}

/** `kpi reconcile close` and `reopen`. */
export function closeCommands(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('close')
    .description('close a month: both bridges, findings and every document are kept as they are')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--month <YYYY-MM>', 'the month, by local day')
    .option('--reason <text>', 'what is to be known of it; required with --force', '')
    .option('--force', 'although a source is not current, is being read again, or a bridge does not close', false)
    .addHelpText(
      'after',
      "\nWhat changes afterwards is a finding of class after_closing in the period in which it is seen.\n\nExample:\n  kpi reconcile close --tenant 76042235-5 --month 2026-11 --reason 'F29 presented'",
    )
    .action(async ({ tenant: wanted, month, reason, force }: CloseOptions) => {
      requireMonth(month);
      if (force && reason.trim() === '') throw new UsageError('--force needs --reason: why the month is closed although it is not certain');
      const app = await context.app();
      const tenant = await findTenant(app, wanted);
      await closeMonth(app.db, { tenantId: tenant.id, month, force }, { who: userInfo().username, reason });
      const shown = await showClosing(app.db, tenant.id, month, 0);
      terminal.document(shown);
      printClosing(terminal, shown, tenant);
      terminal.next([
        [
          `kpi reconcile export --tenant ${tenant.rut} --month ${month} --out ${month}.xlsx`,
          { es: 'el cierre como archivo', en: 'the closing as a file' },
        ],
        [
          `kpi reconcile show --tenant ${tenant.rut} --month ${month}`,
          { es: 'como se cerró, y como es hoy', en: 'as it was closed, and as it is today' },
        ],
      ]);
    });
  reconcile
    .command('reopen')
    .description('open a closed month again; what was kept stays kept')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--month <YYYY-MM>', 'the month')
    .requiredOption('--reason <text>', 'why')
    .addHelpText('after', "\nExample:\n  kpi reconcile reopen --tenant 76042235-5 --month 2026-11 --reason 'F29 corrected'")
    .action(async ({ tenant: wanted, month, reason }: CloseOptions) => {
      requireMonth(month);
      if (reason.trim() === '') throw new UsageError('--reason is empty; say why it is opened again');
      const app = await context.app();
      const tenant = await findTenant(app, wanted);
      const closing = await reopenMonth(app.db, tenant.id, month, { who: userInfo().username, reason });
      terminal.document(closing);
      terminal.line(terminal.say({ es: `${month} está abierto otra vez.`, en: `${month} is open again.` }));
    });
}

/** @throws UsageError for what is no month */
export function requireMonth(month: string): void {
  try {
    boundsOf(month);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A month as it was closed, what it is today, and what changed; to be pasted into a mail. */
export function printClosing(terminal: Terminal, shown: ShownClosing, tenant: TenantRow): void {
  const { closing, live, documents, reconciliation } = shown;
  const money = moneyIn(closing.currency);
  const at = (instant: string) => localTime(new Date(instant), tenant.time_zone);
  const say = (es: string, en: string) => terminal.say({ es, en });
  const changes = changesOf(closing.totals, live.totals);
  terminal.line(companyLine(tenant, closing.month, closing.currency));
  terminal.line(
    `  ${say('Cerrado el', 'Closed on')} ${at(closing.closedAt)} ${say('por', 'by')} ${closing.closedBy}: ${money(closing.totals.sale.amount)}; ${say('hoy', 'today')}: ${money(live.totals.sale.amount)}, ${say('cambios', 'changes')} ${live.changes.length}`,
  );
  if (closing.reason !== '') terminal.line(`  ${closing.reason}`);
  if (closing.isForced) terminal.line(`  !! ${say('Cerrado a la fuerza', 'Closed by force')}`);
  if (closing.reopenedAt !== null)
    terminal.line(
      `  !! ${say('Reabierto el', 'Opened again on')} ${at(closing.reopenedAt)} ${say('por', 'by')} ${closing.reopenedBy ?? ''}: ${closing.reopenedBecause ?? ''}`,
    );
  for (const warning of closing.warnings) terminal.line(`  !! ${terminal.say(warningText(warning))}`);
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Del mes', en: 'Of the month' }, value: (r) => terminal.say(PERIOD_ENTITY_NAMES[r.entity]) },
      { title: { es: 'Cerrado', en: 'Closed' }, value: (r) => money(r.closed), right: true },
      { title: { es: 'Hoy', en: 'Today' }, value: (r) => money(r.now), right: true },
    ],
    changes,
  );
  if (reconciliation !== null)
    terminal.line(
      `  ${say('Puente de pedidos', 'Bridge of orders')}: ${money(reconciliation.shopAmount)} → ${money(reconciliation.erpAmount)}; kpi reconcile show ${reconciliation.id} --tenant ${tenant.rut}`,
    );
  if (documents !== null) {
    terminal.line();
    printDocumentsBridge(terminal, documents, tenant);
  }
  if (live.changes.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Cambió', en: 'Changed' }, value: (c) => terminal.say(PERIOD_ENTITY_NAMES[c.entity]) },
      { title: { es: 'Nombre', en: 'Name' }, value: (c) => c.name ?? c.id },
      { title: { es: 'Día', en: 'Day' }, value: (c) => c.day },
      { title: { es: 'Cerrado', en: 'Closed' }, value: (c) => money(c.closed), right: true },
      { title: { es: 'Hoy', en: 'Today' }, value: (c) => money(c.now), right: true },
    ],
    live.changes,
  );
}

function changesOf(closed: PeriodTotals, now: PeriodTotals): { entity: PeriodEntity; closed: string; now: string }[] {
  return (Object.keys(PERIOD_ENTITY_NAMES) as PeriodEntity[]).map((entity) => ({
    entity,
    closed: closed[entity].amount,
    now: now[entity].amount,
  }));
}
