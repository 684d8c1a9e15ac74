import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { WrittenSheet } from '../../spreadsheet/sheet.ts';
import { csvText } from '../../spreadsheet/write-csv.ts';
import { NothingToCompare } from '../nothing-to-compare.ts';
import type { MonthExport } from './month-export.ts';
import { monthSheets, type ExportPart } from './month-sheets.ts';

/** `csv-es`: semicolon, decimal comma and byte order mark, for Excel in Spanish; `csv`: comma and decimal point. */
export const EXPORT_FORMATS = ['xlsx', 'csv-es', 'csv'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Media type of each format. */
export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'csv-es': 'text/csv; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/**
 * Writes a month to `sink` row by row and ends it. A sink that waits keeps the month's transaction waiting: it should be a file.
 * @param only one table alone; null: all that the month has
 * @throws NothingToCompare when the month has no such table
 */
export async function writeExport(
  exported: MonthExport,
  { format, only }: { readonly format: ExportFormat; readonly only: ExportPart | null },
  sink: Writable,
): Promise<WrittenSheet[]> {
  const sheets = monthSheets(exported, only);
  if (sheets.length === 0)
    throw new NothingToCompare(
      `${exported.month} has no ${only}: ${only === 'changes' ? 'it never was closed' : 'the company has not both a shop and an Odoo'}`,
    );
  if (format === 'xlsx') {
    // The library takes most of a second to load, which no other command should wait for.
    const { writeXlsx } = await import('../../spreadsheet/write-xlsx.ts');
    return writeXlsx(sheets, sink);
  }
  const written: WrittenSheet[] = [];
  const text = csvText(sheets, format === 'csv-es' ? 'spanish' : 'plain', (sheet) => written.push(sheet));
  await pipeline(Readable.from(text), sink);
  return written;
}

/** What a browser or a folder calls it: `conciliacion-76042235-5-2026-11-cierre.xlsx`. */
export function exportFileName({ company, month, isClosed }: MonthExport, format: ExportFormat, only: ExportPart | null): string {
  const part = only === null ? '' : `-${only}`;
  return `conciliacion-${company.rut}-${month}-${isClosed ? 'cierre' : 'vivo'}${part}.${format === 'xlsx' ? 'xlsx' : 'csv'}`;
}
