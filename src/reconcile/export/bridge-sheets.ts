import { countCell, moneyCell, textCell, type Row, type Sheet } from '../../spreadsheet/sheet.ts';
import { CLASS_NAMES } from '../class-names.ts';
import { DOCUMENT_LINE_NAMES } from '../document-line-names.ts';
import type { DocumentsBridge } from '../documents-bridge.ts';
import type { Reconciliation } from '../reconciliation.ts';
import { negated } from './decimal-sum.ts';
import type { ExportedCompany } from './month-export.ts';

const COLUMNS = [
  { title: 'Línea', width: 48 },
  { title: 'Código', width: 26 },
  { title: 'Casos', width: 10 },
  { title: 'Monto', width: 18 },
  { title: 'Moneda', width: 9 },
];

type Line = readonly [text: string, code: string, cases: number | null, amount: string, stress?: 'total' | 'warning'];

/** From the shop's sales to the orders of the books. */
export function ordersBridgeSheet(bridge: Reconciliation, company: ExportedCompany): Sheet {
  const lines: Line[] = [
    ['Ventas de la tienda', 'shop', bridge.shopOrders, bridge.shopAmount, 'total'],
    ...bridge.classes
      .filter(({ findings, flags }) => findings > flags)
      .map(({ class: one, findings, flags, amount }): Line => [CLASS_NAMES[one].es, one, findings - flags, amount]),
    unexplained(bridge.remainder),
    ['Pedidos web en Odoo', 'erp', bridge.erpOrders, bridge.erpAmount, 'total'],
  ];
  return { name: 'Puente tienda a Odoo', columns: COLUMNS, rows: rowsOf(lines, company) };
}

/** From the month's sales to its documents. */
export function documentsBridgeSheet(bridge: DocumentsBridge, company: ExportedCompany): Sheet {
  const lines: Line[] = [
    ['Ventas del mes', 'sales', bridge.sales, bridge.salesAmount, 'total'],
    ['Devoluciones del mes', 'refunds', bridge.refunds, negated(bridge.refundsAmount)],
    ...bridge.lines.map(({ line, findings, amount }): Line => [DOCUMENT_LINE_NAMES[line].es, line, findings, amount]),
    unexplained(bridge.remainder),
    ['Documentos del mes', 'documents', bridge.documents, bridge.documentsAmount, 'total'],
  ];
  return { name: 'Puente ventas a documentos', columns: COLUMNS, rows: rowsOf(lines, company) };
}

const unexplained = (amount: string): Line =>
  amount === '0' ? ['Sin explicar', 'remainder', null, amount] : ['Sin explicar', 'remainder', null, amount, 'warning'];

function rowsOf(lines: readonly Line[], { currency, decimals }: ExportedCompany): Row[] {
  return lines.map(([text, code, cases, amount, stress]) => ({
    cells: [textCell(text), textCell(code), countCell(cases), moneyCell(amount, decimals), textCell(currency)],
    ...(stress === undefined ? {} : { stress }),
  }));
}

/** What was found, by class: what is money of the bridge, and what only points at something. */
export function classesSheet({ classes }: Reconciliation, { currency, decimals }: ExportedCompany): Sheet {
  return {
    name: 'Resumen por clase',
    columns: [
      { title: 'Clase', width: 34 },
      { title: 'Código', width: 26 },
      { title: 'Hallazgos con monto', width: 20 },
      { title: 'Solo avisos', width: 14 },
      { title: 'Monto', width: 18 },
      { title: 'Valor de los avisos', width: 18 },
      { title: 'Moneda', width: 9 },
    ],
    rows: classes.map(({ class: one, findings, flags, amount, value }) => ({
      cells: [
        textCell(CLASS_NAMES[one].es),
        textCell(one),
        countCell(findings - flags),
        countCell(flags),
        moneyCell(amount, decimals),
        moneyCell(value, decimals),
        textCell(currency),
      ],
    })),
  };
}

const KINDS: Readonly<Record<DocumentsBridge['types'][number]['kind'], string>> = {
  invoice: 'documento de venta',
  debit_note: 'nota de débito',
  credit_note: 'nota de crédito',
};

/** Documents of the month by type, as the libro de ventas has them. */
export function documentTypesSheet({ types }: DocumentsBridge, { currency, decimals }: ExportedCompany): Sheet {
  const money = (amount: string) => moneyCell(amount, decimals);
  return {
    name: 'Documentos por tipo',
    columns: [
      { title: 'Compañía', width: 12 },
      { title: 'Tipo SII', width: 10 },
      { title: 'Clase', width: 20 },
      { title: 'Cantidad', width: 10 },
      { title: 'Primer folio', width: 14 },
      { title: 'Último folio', width: 14 },
      { title: 'Folios que faltan', width: 16 },
      { title: 'Folios repetidos', width: 16 },
      ...['Neto', 'Exento', 'IVA', 'Otros impuestos', 'Sin desglose', 'Total'].map((title) => ({ title, width: 16 })),
      { title: 'Moneda', width: 9 },
    ],
    rows: types.map((type) => ({
      cells: [
        textCell(type.company),
        textCell(type.type),
        textCell(KINDS[type.kind]),
        countCell(type.documents),
        textCell(type.firstFolio),
        textCell(type.lastFolio),
        countCell(type.missingFolios),
        countCell(type.duplicateFolios),
        ...[type.net, type.exempt, type.iva, type.otherTaxes, type.unsplit, type.total].map(money),
        textCell(currency),
      ],
    })),
  };
}
