import type { Command } from 'commander';
import { DOCUMENT_LINE_NAMES } from '../reconcile/document-line-names.ts';
import type { DocumentsBridge } from '../reconcile/documents-bridge.ts';
import { boundsOf, runDocumentsBridge } from '../reconcile/run-documents-bridge.ts';
import { warningText } from '../reconcile/warning-text.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { moneyIn } from './money-in.ts';
import { printShown } from './print-shown.ts';
import { companyLine } from './reconcile-heading.ts';
import { localTime, UsageError, type Terminal } from './terminal.ts';

/** `kpi reconcile documents`: the month's sales against the month's documents. */
export function documentsCommand(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('documents')
    .description('the sales of a month against its documents (boletas, facturas, notas)')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--month <YYYY-MM>', 'the month, by local day of the sale and date of the document')
    .option('--limit <n>', 'how many findings to show', '20')
    .addHelpText(
      'after',
      '\nExits with 3 when the bridge does not close. To keep a month for good: kpi reconcile close.\n\nExample:\n  kpi reconcile documents --tenant 76042235-5 --month 2026-11',
    )
    .action(async (options: Options) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 0) throw new UsageError(`--limit is "${options.limit}"; it is a whole number`);
      try {
        boundsOf(options.month);
      } catch (error) {
        throw new UsageError(error instanceof Error ? error.message : String(error));
      }
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const bridge = await runDocumentsBridge(app.db, { tenantId: tenant.id, month: options.month, limit });
      terminal.document(bridge);
      terminal.line(companyLine(tenant, bridge.month, bridge.currency));
      printDocumentsBridge(terminal, bridge, tenant);
      terminal.next([
        [`kpi reconcile close --tenant ${tenant.rut} --month ${bridge.month}`, { es: 'cerrar el mes', en: 'close the month' }],
        [
          `kpi reconcile export --tenant ${tenant.rut} --month ${bridge.month} --out ${bridge.month}.xlsx`,
          { es: 'el mes como archivo', en: 'the month as a file' },
        ],
      ]);
      if (bridge.remainder !== '0') process.exitCode = 3;
    });
}

interface Options {
  readonly tenant: string;
  readonly month: string;
  readonly limit: string;
}

/** The bridge, the documents by type and the largest findings, to be pasted into a mail. */
export function printDocumentsBridge(
  terminal: Terminal,
  bridge: DocumentsBridge,
  { time_zone: timeZone }: Pick<TenantRow, 'time_zone'>,
): void {
  const say = (es: string, en: string) => terminal.say({ es, en });
  const money = moneyIn(bridge.currency);
  for (const { source, stream, asOf } of bridge.sources)
    terminal.line(`  ${source} ${stream}: ${say('al', 'as of')} ${localTime(asOf === null ? null : new Date(asOf), timeZone)}`);
  for (const warning of bridge.warnings) terminal.line(`  !! ${terminal.say(warningText(warning))}`);
  terminal.line();
  const rows: readonly (readonly [string, string])[] = [
    [say(`Ventas del mes (${bridge.sales})`, `Sales of the month (${bridge.sales})`), bridge.salesAmount],
    [say(`Devoluciones del mes (${bridge.refunds})`, `Refunds of the month (${bridge.refunds})`), negated(bridge.refundsAmount)],
    ...bridge.lines.map(({ line, findings, amount }) => [`${terminal.say(DOCUMENT_LINE_NAMES[line])} (${findings})`, amount] as const),
    [say('Sin explicar', 'Unexplained'), bridge.remainder],
    [say(`Documentos del mes (${bridge.documents})`, `Documents of the month (${bridge.documents})`), bridge.documentsAmount],
  ];
  terminal.table(
    [
      { title: { es: 'Puente', en: 'Bridge' }, value: ([text]) => text },
      { title: { es: 'Monto', en: 'Amount' }, value: ([, amount]) => money(amount), right: true },
    ],
    rows,
  );
  terminal.line();
  printTypes(terminal, bridge);
  if (bridge.findings.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Línea', en: 'Line' }, value: (f) => terminal.say(DOCUMENT_LINE_NAMES[f.line]) },
      { title: { es: 'Venta', en: 'Sale' }, value: (f) => f.order },
      { title: { es: 'Día', en: 'Day' }, value: (f) => f.day },
      { title: { es: 'Monto', en: 'Amount' }, value: (f) => money(f.amount), right: true },
      { title: { es: 'Documentos', en: 'Documents' }, value: (f) => f.documents.map(({ name, day }) => `${name} (${day})`).join(', ') },
    ],
    bridge.findings,
  );
  printShown(
    terminal,
    bridge.findings.length,
    bridge.lines.reduce((sum, { findings }) => sum + findings, 0),
  );
}

function printTypes(terminal: Terminal, { types, currency }: DocumentsBridge): void {
  const money = moneyIn(currency);
  const companies = new Set(types.map(({ company }) => company)).size > 1;
  terminal.table(
    [
      ...(companies ? [{ title: { es: 'Compañía', en: 'Company' }, value: (t: (typeof types)[number]) => t.company }] : []),
      { title: { es: 'Tipo SII', en: 'SII type' }, value: (t) => t.type },
      { title: { es: 'Cantidad', en: 'Count' }, value: (t) => t.documents, right: true },
      { title: { es: 'Folio desde', en: 'First folio' }, value: (t) => t.firstFolio, right: true },
      { title: { es: 'Folio hasta', en: 'Last folio' }, value: (t) => t.lastFolio, right: true },
      { title: { es: 'Faltan', en: 'Missing' }, value: (t) => t.missingFolios, right: true },
      { title: { es: 'Neto', en: 'Net' }, value: (t) => money(t.net), right: true },
      { title: { es: 'Exento', en: 'Exempt' }, value: (t) => money(t.exempt), right: true },
      { title: { es: 'IVA', en: 'IVA' }, value: (t) => money(t.iva), right: true },
      { title: { es: 'Otros imp.', en: 'Other taxes' }, value: (t) => money(t.otherTaxes), right: true },
      ...(types.some(({ unsplit }) => unsplit !== '0')
        ? [{ title: { es: 'Sin desglose', en: 'Not split' }, value: (t: (typeof types)[number]) => money(t.unsplit), right: true }]
        : []),
      { title: { es: 'Total', en: 'Total' }, value: (t) => money(t.total), right: true },
    ],
    types,
  );
}

const negated = (amount: string) => (amount === '0' ? '0' : amount.startsWith('-') ? amount.slice(1) : `-${amount}`);
