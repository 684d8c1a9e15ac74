import { withDecimals, type Cell, type Sheet, type WrittenSheet } from './sheet.ts';

/**
 * `plain`: comma and decimal point, for programs and English Excel. `spanish`: semicolon, decimal comma and a byte order mark, which Excel
 * with the regional settings of Chile opens by a double click with amounts as numbers and accents as letters.
 */
export type CsvDialect = 'plain' | 'spanish';

interface Marks {
  readonly start: string;
  readonly separator: string;
  readonly point: string;
}

const DIALECTS: Readonly<Record<CsvDialect, Marks>> = {
  plain: { start: '', separator: ',', point: '.' },
  spanish: { start: '\uFEFF', separator: ';', point: ',' },
};
const LINE = '\r\n';
/** A spreadsheet takes a text that begins so for a formula, also behind blanks, and in the full-width forms. */
const FORMULA = /^[\s\u00A0]*[=+\-@＝＋－＠]|^[\t\r\n]/;
const QUOTED = /[",;\r\n\t]|^\s|\s$/;
/** A piece handed on at once. */
const CHUNK = 64 * 1024;

/**
 * The sheets one below the other, each under its name and headings, with an empty line between; a single sheet without its name, as programs read it.
 * Pieces come as they are asked for: memory does not grow with the rows.
 * @param onSheet told of each sheet when its last row is written
 */
export async function* csvText(
  sheets: readonly Sheet[],
  dialect: CsvDialect,
  onSheet: (sheet: WrittenSheet) => void = () => undefined,
): AsyncGenerator<string> {
  const marks = DIALECTS[dialect];
  let text = marks.start;
  for (const [i, sheet] of sheets.entries()) {
    if (sheets.length > 1) text += `${i === 0 ? '' : LINE}${field(sheet.name)}${LINE}`;
    text += line(
      sheet.columns.map(({ title }) => field(title)),
      marks,
    );
    let rows = 0;
    for await (const { cells } of sheet.rows) {
      rows++;
      text += line(
        cells.map((cell) => csvCell(cell, marks)),
        marks,
      );
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
    onSheet({ name: sheet.name, rows });
  }
  yield text;
}

const line = (fields: readonly string[], { separator }: Marks) => fields.join(separator) + LINE;

function csvCell(cell: Cell, { point }: Marks): string {
  if (cell === null) return '';
  switch (cell.kind) {
    case 'text':
      return field(cell.text);
    case 'count':
      return String(cell.count);
    case 'money':
      return withDecimals(cell.amount, cell.decimals).replace('.', point);
    case 'day':
      return cell.day;
    case 'minute':
      return cell.minute;
    // A new kind of cell, which has no url, fails the build here.
    default:
      return field(cell.url);
  }
}

/** A text that would be taken for a formula gets an apostrophe before it, as spreadsheets mark text. */
function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
