import { nameOfSource, nameOfStream } from '#contract';
import { dayCell, minuteCell, moneyCell, textCell, countCell, type Cell, type Row, type Sheet } from '../../spreadsheet/sheet.ts';
import type { PeriodEntity } from '../closing.ts';
import { PERIOD_ENTITY_NAMES } from '../period-entity-names.ts';
import { boundsOf } from '../run-documents-bridge.ts';
import { warningText } from '../warning-text.ts';
import { localMinute } from './local-minute.ts';
import type { MonthExport } from './month-export.ts';

/** What the export is of, until when its sources were read, and whatever makes it less than certain. */
export function summarySheet(exported: MonthExport): Sheet {
  return {
    name: 'Resumen',
    columns: [
      { title: 'Concepto', width: 34 },
      { title: 'Dato', width: 80 },
    ],
    rows: [...warningRows(exported), ...subjectRows(exported), ...sourceRows(exported), ...closedAndToday(exported)],
  };
}

const row = (title: string, cell: Cell): Row => ({ cells: [textCell(title), cell] });
const warning = (text: string): Row => ({ cells: [textCell('ATENCIÓN'), textCell(text)], stress: 'warning' });

function subjectRows(exported: MonthExport): Row[] {
  const { company, month, closing, isClosed, reconciliation, isKept } = exported;
  return [
    row('Empresa', textCell(company.name)),
    row('RUT', textCell(company.rut)),
    row('Mes', textCell(month)),
    row('Primer día', dayCell(boundsOf(month).from)),
    row('Moneda', textCell(company.currency)),
    row('Zona horaria', textCell(company.timeZone)),
    ...(closing !== null && isClosed
      ? [
          row('Estado', textCell('Cerrado: como quedó al cierre')),
          row('Cerrado el', minuteCell(localMinute(closing.closedAt, company.timeZone))),
          row('Cerrado por', textCell(closing.closedBy)),
          row('Motivo del cierre', textCell(closing.reason)),
        ]
      : [row('Estado', textCell('Vivo: cambia mientras cambien la tienda y los libros'))]),
    row('Exportado el', minuteCell(exported.madeAt)),
    row('Comparación', textCell(reconciliation !== null && isKept ? reconciliation.id : null)),
  ];
}

/** As of when each side speaks: of a closed month, as it was when it was closed. */
function sourceRows({ company, closing, isClosed, reconciliation, documents }: MonthExport): Row[] {
  const at = (instant: string | null): Cell => minuteCell(localMinute(instant, company.timeZone)) ?? textCell('nunca leído completo');
  const sides =
    reconciliation === null
      ? []
      : [row('Tienda leída hasta', at(reconciliation.shopAsOf)), row('Pedidos de Odoo leídos hasta', at(reconciliation.erpAsOf))];
  const sources = (isClosed ? closing?.sources : null) ?? documents?.sources ?? [];
  return [
    ...sides,
    ...sources.map(({ source, stream, connection, asOf }) => row(`${nameOfStream(source, stream)}, ${connection}, hasta`, at(asOf))),
  ];
}

function warningRows({ company, closing, isClosed, reconciliation, documents }: MonthExport): Row[] {
  const told = [
    ...(reconciliation?.warnings ?? []).map(({ source, connection, message }) =>
      [source === null ? null : nameOfSource(source), connection, message].filter((word) => word !== null).join(' · '),
    ),
    ...(documents?.warnings ?? []).map((one) => warningText(one).es),
  ];
  const remainders = [
    ['de pedidos', reconciliation?.remainder ?? '0'],
    ['a documentos', documents?.remainder ?? '0'],
  ].filter(([, left]) => left !== '0');
  return [
    ...(told.length === 0 ? [] : [warning('NO ES DEFINITIVO: un origen no está al día, se está releyendo o no se conoce completo')]),
    ...told.map(warning),
    ...remainders.map(([bridge, left]) => warning(`El puente ${bridge} deja ${left} ${company.currency} sin explicar`)),
    ...(closing !== null && isClosed && closing.isForced ? [warning('Cerrado a la fuerza, aunque no era seguro')] : []),
    ...(closing !== null && closing.reopenedAt !== null
      ? [warning(`El mes se cerró y se reabrió el ${localMinute(closing.reopenedAt, company.timeZone)}: ${closing.reopenedBecause ?? ''}`)]
      : []),
  ];
}

/** A closed month beside what it is today; two Novembers on one page, each by its name. */
function closedAndToday({ company, closing, live }: MonthExport): Row[] {
  if (closing === null || live === null) return [];
  const entities = Object.keys(PERIOD_ENTITY_NAMES) as PeriodEntity[];
  return [
    ...entities.flatMap((entity) => [
      row(`${PERIOD_ENTITY_NAMES[entity].es} al cierre`, moneyCell(closing.totals[entity].amount, company.decimals)),
      row(`${PERIOD_ENTITY_NAMES[entity].es} hoy`, moneyCell(live.totals[entity].amount, company.decimals)),
    ]),
    row('Documentos cambiados desde el cierre', countCell(live.changes.length)),
  ];
}
