import { countCell, dayCell, linkCell, minuteCell, moneyCell, textCell, type Row, type Sheet } from '../../spreadsheet/sheet.ts';
import { CLASS_NAMES } from '../class-names.ts';
import type { ShownClosing } from '../closing.ts';
import { DOCUMENT_LINE_NAMES } from '../document-line-names.ts';
import type { DocumentFinding, DocumentsBridge } from '../documents-bridge.ts';
import { explainFinding } from '../explain-finding.ts';
import { FINDING_STATE_NAMES } from '../finding-state-names.ts';
import { PERIOD_ENTITY_NAMES } from '../period-entity-names.ts';
import { decimalSum, negated } from './decimal-sum.ts';
import type { ExportedCompany, ExportedFinding } from './month-export.ts';

/** Every finding between the shop and the books; their amounts add up to the lines of the bridge. */
export function findingsSheet(findings: AsyncIterable<ExportedFinding>, company: ExportedCompany): Sheet {
  return {
    name: 'Hallazgos',
    columns: [
      { title: 'N°', width: 8 },
      { title: 'Clase', width: 28 },
      { title: 'Código', width: 22 },
      { title: 'Día', width: 12 },
      { title: 'Pedido de la tienda', width: 18 },
      { title: 'Pedido de Odoo', width: 18 },
      { title: 'Monto en la tienda', width: 17 },
      { title: 'Monto en Odoo', width: 17 },
      { title: 'Diferencia (Odoo menos tienda)', width: 18 },
      { title: 'Valor del aviso', width: 16 },
      { title: 'Moneda', width: 9 },
      { title: 'Motivo', width: 60 },
      { title: 'Podría ser', width: 28 },
      { title: 'Estado', width: 13 },
      { title: 'Visto primero', width: 17 },
      { title: 'Visto último', width: 17 },
      { title: 'Antigüedad (días)', width: 12 },
      { title: 'Nota', width: 40 },
      { title: 'Usuario', width: 18 },
      { title: 'Página en la tienda', width: 40 },
      { title: 'Página en Odoo', width: 40 },
    ],
    rows: findingRows(findings, company),
  };
}

async function* findingRows(findings: AsyncIterable<ExportedFinding>, { currency, decimals }: ExportedCompany): AsyncGenerator<Row> {
  const money = (amount: string | null) => moneyCell(amount, decimals);
  for await (const finding of findings)
    yield {
      cells: [
        textCell(finding.number),
        textCell(CLASS_NAMES[finding.class].es),
        textCell(finding.class),
        dayCell(finding.businessDay),
        textCell(finding.shopName),
        textCell(finding.erpName),
        money(finding.shopAmount),
        money(finding.erpAmount),
        money(finding.amount),
        money(finding.value),
        textCell(currency),
        textCell(explainFinding(finding).es),
        textCell((finding.suggestion ?? []).map(({ name, day }) => `${name} (${day})`).join(', ')),
        textCell(finding.state === null ? null : FINDING_STATE_NAMES[finding.state].es),
        minuteCell(finding.firstSeen),
        minuteCell(finding.lastSeen),
        countCell(finding.ageDays),
        textCell(finding.note),
        textCell(finding.stateBy),
        linkCell(finding.shopUrl),
        linkCell(finding.erpUrl),
      ],
    };
}

/** What each sale, or document without one, adds to the bridge to documents; where not all are listed, the rest of a line is one row. */
export function documentFindingsSheet(bridge: DocumentsBridge, company: ExportedCompany): Sheet {
  return {
    name: 'Hallazgos de documentos',
    columns: [
      { title: 'Línea', width: 40 },
      { title: 'Código', width: 28 },
      { title: 'Venta', width: 18 },
      { title: 'Día de la venta', width: 14 },
      { title: 'Monto de la venta', width: 17 },
      { title: 'Diferencia', width: 17 },
      { title: 'Moneda', width: 9 },
      { title: 'Documentos', width: 60 },
    ],
    rows: documentFindingRows(bridge, company),
  };
}

function* documentFindingRows({ lines, findings }: DocumentsBridge, { currency, decimals }: ExportedCompany): Generator<Row> {
  const listed = Map.groupBy(findings, ({ line }) => line);
  for (const { line, findings: cases, amount } of lines) {
    const shown = listed.get(line) ?? [];
    for (const finding of shown) yield documentFindingRow(finding, currency, decimals);
    if (shown.length === cases) continue;
    const rest = decimalSum([amount, ...shown.map((one) => negated(one.amount))]);
    const text = `Otros ${cases - shown.length}, no listados`;
    yield {
      cells: [
        textCell(DOCUMENT_LINE_NAMES[line].es),
        textCell(line),
        textCell(text),
        null,
        null,
        moneyCell(rest, decimals),
        textCell(currency),
        null,
      ],
      stress: 'total',
    };
  }
}

function documentFindingRow(finding: DocumentFinding, currency: string, decimals: number): Row {
  return {
    cells: [
      textCell(DOCUMENT_LINE_NAMES[finding.line].es),
      textCell(finding.line),
      textCell(finding.order),
      dayCell(finding.day),
      moneyCell(finding.orderAmount, decimals),
      moneyCell(finding.amount, decimals),
      textCell(currency),
      textCell(finding.documents.map(({ name, day }) => `${name} (${day})`).join(', ')),
    ],
  };
}

/** What is another than when the month was closed, document by document. */
export function changesSheet(changes: ShownClosing['live']['changes'], { currency, decimals }: ExportedCompany): Sheet {
  return {
    name: 'Cambios desde el cierre',
    columns: [
      { title: 'Qué', width: 22 },
      { title: 'Nombre', width: 20 },
      { title: 'Día', width: 12 },
      { title: 'Al cierre', width: 17 },
      { title: 'Hoy', width: 17 },
      { title: 'Moneda', width: 9 },
    ],
    rows: changes.map(({ entity, id, name, day, closed, now }) => ({
      cells: [
        textCell(PERIOD_ENTITY_NAMES[entity].es),
        textCell(name ?? id),
        dayCell(day),
        moneyCell(closed, decimals),
        moneyCell(now, decimals),
        textCell(currency),
      ],
    })),
  };
}
