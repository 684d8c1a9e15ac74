import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { WorkbookWriter, type CellValue, type Style } from '@cj-tech-master/excelts';
import { withDecimals, type Cell, type Row, type Sheet, type WrittenSheet } from './sheet.ts';

/** A sheet of Excel holds 65.530 links; those after are written as text. */
const MOST_LINKS = 65_000;
/** A double keeps so many digits of a decimal number exactly, and Excel shows no more. */
const EXACT_DIGITS = 15;
const DAY_MS = 86_400_000;
/** Serial number 0 of Excel's calendar, past its leap day that never was. */
const EXCEL_ZERO = Date.UTC(1899, 11, 30);

/**
 * Writes a workbook with a tab for each sheet, row by row: what was written is handed on before the next rows are read, so that memory does not grow
 * with them. Texts are cells of text, never formulas, whatever they begin with. Ends the sink.
 */
export async function writeXlsx(sheets: readonly Sheet[], sink: Writable): Promise<WrittenSheet[]> {
  const book = new WorkbookWriter({ stream: sink, useStyles: true, useSharedStrings: false, creator: 'kpi', lastModifiedBy: 'kpi' });
  const written: WrittenSheet[] = [];
  const styles = new Styles();
  for (const { name, columns, rows } of sheets) {
    const sheet = book.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] });
    sheet.columns = columns.map(({ width }) => ({ width }));
    const head = sheet.addRow(columns.map(({ title }) => title));
    head.font = { bold: true };
    head.commit();
    let count = 0;
    let links = MOST_LINKS;
    for await (const row of rows) {
      const line = sheet.addRow(row.cells.map((cell) => xlsxValue(cell, links > 0)));
      links -= row.cells.filter((cell) => cell?.kind === 'link').length;
      for (const [i, cell] of row.cells.entries()) {
        const style = styles.of(cell, row.stress);
        if (style !== undefined) line.getCell(i + 1).style = style;
      }
      line.commit();
      count++;
      await ready(sink);
    }
    sheet.commit();
    written.push({ name, rows: count });
  }
  await book.commit();
  return written;
}

function xlsxValue(cell: Cell, linked: boolean): CellValue {
  if (cell === null) return null;
  switch (cell.kind) {
    case 'text':
      return cell.text;
    case 'count':
      return cell.count;
    case 'money':
      return moneyValue(cell.amount, cell.decimals);
    case 'day':
      return serial(`${cell.day}T00:00:00Z`);
    case 'minute':
      return serial(`${cell.minute.replace(' ', 'T')}:00Z`);
    // A new kind of cell, which has no url, fails the build here.
    default:
      return linked ? { text: cell.url, hyperlink: cell.url } : cell.url;
  }
}

/**
 * The number whose shortest decimal form is the amount itself: what is in the file says the same digits. An amount of more digits than a double
 * keeps stays text, so that none is lost.
 */
export function moneyValue(amount: string, decimals: number): number | string {
  const digits = amount.replaceAll(/[-.]/g, '').replace(/^0+/, '');
  return digits.length <= EXACT_DIGITS ? Number(amount) : withDecimals(amount, decimals);
}

/** Days since Excel's zero, of a local time taken as it stands: no zone of any machine has a part in it. */
function serial(local: string): number {
  return (Date.parse(local) - EXCEL_ZERO) / DAY_MS;
}

/**
 * Looks of cells, each made once: the library knows a style again by its object, and would write thousands of cells one by one otherwise.
 */
class Styles {
  readonly #made = new Map<string, Partial<Style>>();

  /** Undefined: as a cell is by itself. */
  of(cell: Cell, stress: Row['stress']): Partial<Style> | undefined {
    const format = formatOf(cell);
    if (format === undefined && stress === undefined) return undefined;
    const key = `${format} ${stress}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = { ...(format === undefined ? {} : { numFmt: format }), ...(stress === undefined ? {} : { font: FONTS[stress] }) };
    this.#made.set(key, made);
    return made;
  }
}

const FONTS = { total: { bold: true }, warning: { bold: true, color: { argb: 'FFC00000' } } } as const;

function formatOf(cell: Cell): string | undefined {
  switch (cell?.kind) {
    case 'count':
      return '#,##0';
    case 'money':
      return cell.decimals === 0 ? '#,##0' : `#,##0.${'0'.repeat(cell.decimals)}`;
    case 'day':
      return 'yyyy-mm-dd';
    case 'minute':
      return 'yyyy-mm-dd hh:mm';
    default:
      return undefined;
  }
}

/** Waits until the sink wants more. @throws when it was closed before all was written */
async function ready(sink: Writable): Promise<void> {
  if (sink.writableNeedDrain && !sink.destroyed) {
    const told = new AbortController();
    await Promise.race(['drain', 'close'].map((event) => once(sink, event, { signal: told.signal }))).finally(() => told.abort());
  }
  if (sink.destroyed) throw sink.errored ?? new Error('the place of the workbook was closed before it was whole');
}
