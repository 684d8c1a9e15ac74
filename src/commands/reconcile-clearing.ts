import type { Command } from 'commander';
import type { Clearing, ClearingLine, GatewayClearing } from '../reconcile/clearing.ts';
import { runClearing } from '../reconcile/run-clearing.ts';
import { warningText } from '../reconcile/warning-text.ts';
import { isDay } from '../store/local-instant.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { moneyIn } from './money-in.ts';
import { printShown } from './print-shown.ts';
import { companyLine } from './reconcile-heading.ts';
import { localTime, UsageError, type Terminal, type Words } from './terminal.ts';

/** How finance calls each line. */
const LINES: Readonly<Record<ClearingLine, Words>> = {
  not_in_books: { es: 'Cobrado, aún no en los libros', en: 'Taken, not in the books yet' },
  booked_later: { es: 'En los libros ahora, cobrado antes', en: 'In the books now, taken before' },
  booked_before: { es: 'En los libros antes de cobrarse', en: 'In the books before it was taken' },
  payment_fee: { es: 'Comisión de la pasarela', en: 'Fee of the gateway' },
  refund_not_in_books: { es: 'Devuelto, no en los libros', en: 'Given back, not in the books' },
  refund_booked_later: { es: 'Devoluciones anteriores, en los libros ahora', en: 'Earlier refunds, in the books now' },
  refund_without_shop: { es: 'Egresos sin devolución en la tienda', en: 'Paid out without a refund in the shop' },
  without_shop: { es: 'Pagos sin cobro en la tienda', en: 'Payments without a charge in the shop' },
  amount: { es: 'Otro monto que el cobrado', en: 'Another amount than was taken' },
};

/** `kpi reconcile clearing`: what gateways took and paid out, against the payments in the books. */
export function clearingCommand(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('clearing')
    .description('what each gateway took and paid out, against the payments in the books')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--from <day>', 'first local day, included')
    .requiredOption('--until <day>', 'first local day not included')
    .option('--limit <n>', 'how many findings to show', '20')
    .addHelpText(
      'after',
      '\nExits with 3 when something but fees and time is left.\n\nExample:\n  kpi reconcile clearing --tenant 76042235-5 --from 2026-11-01 --until 2026-12-01',
    )
    .action(async (options: { tenant: string; from: string; until: string; limit: string }) => {
      for (const [name, day] of [
        ['--from', options.from],
        ['--until', options.until],
      ] as const)
        if (!isDay(day)) throw new UsageError(`${name} is "${day}"; write a day like 2026-11-01`);
      if (options.from >= options.until)
        throw new UsageError(`from ${options.from} until ${options.until} is no day: the end is exclusive`);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 0) throw new UsageError(`--limit is "${options.limit}"; it is a whole number`);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const clearing = await runClearing(app.db, { tenantId: tenant.id, from: options.from, until: options.until, limit });
      terminal.document(clearing);
      printClearing(terminal, clearing, tenant);
      if (clearing.gateways.some(isOpen)) process.exitCode = 3;
    });
}

/** Time heals what is not booked yet, and a fee is the gateway's: the rest is for a person. */
const HEALS: ReadonlySet<ClearingLine> = new Set(['booked_later', 'booked_before', 'payment_fee', 'refund_booked_later']);
const isOpen = ({ lines, remainder }: GatewayClearing) => remainder !== '0' || lines.some(({ line }) => !HEALS.has(line));

function printClearing(terminal: Terminal, clearing: Clearing, tenant: TenantRow): void {
  const money = moneyIn(clearing.currency);
  const last = new Date(Date.parse(`${clearing.until}T00:00:00Z`) - 1).toISOString().slice(0, 10);
  terminal.line(companyLine(tenant, `${clearing.from} – ${last}`, clearing.currency));
  for (const { source, stream, asOf } of clearing.sources)
    terminal.line(
      `  ${source} ${stream}: ${terminal.say({ es: 'al', en: 'as of' })} ${localTime(asOf === null ? null : new Date(asOf), tenant.time_zone)}`,
    );
  for (const warning of clearing.warnings) terminal.line(`  !! ${terminal.say(warningText(warning))}`);
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Medio de pago', en: 'Gateway' }, value: (g) => g.gateway },
      { title: { es: 'Pedidos', en: 'Orders' }, value: (g) => g.orders, right: true },
      { title: { es: 'Cobrado', en: 'Taken' }, value: (g) => money(g.taken), right: true },
      { title: { es: 'Devuelto', en: 'Given back' }, value: (g) => money(g.givenBack), right: true },
      { title: { es: 'Comisiones', en: 'Fees' }, value: (g) => money(g.fees), right: true },
      { title: { es: 'Abonado', en: 'Paid out' }, value: (g) => money(g.paidOut), right: true },
      { title: { es: 'En los libros', en: 'In the books' }, value: (g) => money(g.inBooks), right: true },
      { title: { es: 'Diferencia', en: 'Difference' }, value: (g) => money(g.difference), right: true },
      { title: { es: 'Diarios', en: 'Journals' }, value: (g) => (g.journals.length === 0 ? null : g.journals.join(', ')), optional: true },
    ],
    clearing.gateways,
  );
  if (clearing.gateways.every(({ inBooks }) => inBooks === null)) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Medio de pago', en: 'Gateway' }, value: (l) => l.gateway },
      { title: { es: 'Diferencia por', en: 'Difference by' }, value: (l) => l.text },
      { title: { es: 'Monto', en: 'Amount' }, value: (l) => money(l.amount), right: true },
    ],
    clearing.gateways.flatMap((one) => [
      ...one.lines.map(({ line, findings, amount }) => ({
        gateway: one.gateway,
        text: `${terminal.say(LINES[line])} (${findings})`,
        amount,
      })),
      { gateway: one.gateway, text: terminal.say({ es: 'Sin explicar', en: 'Unexplained' }), amount: one.remainder },
    ]),
  );
  if (clearing.findings.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Medio de pago', en: 'Gateway' }, value: (f) => f.gateway },
      { title: { es: 'Diferencia por', en: 'Difference by' }, value: (f) => terminal.say(LINES[f.line]) },
      { title: { es: 'Pedido', en: 'Order' }, value: (f) => f.order },
      { title: { es: 'Día', en: 'Day' }, value: (f) => f.day },
      { title: { es: 'Monto', en: 'Amount' }, value: (f) => money(f.amount), right: true },
      { title: { es: 'Pagos', en: 'Payments' }, value: (f) => f.payments.map(({ name, day }) => `${name} (${day})`).join(', ') },
    ],
    clearing.findings,
  );
  const all = clearing.gateways.flatMap(({ lines }) => lines).reduce((sum, { findings }) => sum + findings, 0);
  printShown(terminal, clearing.findings.length, all);
}
