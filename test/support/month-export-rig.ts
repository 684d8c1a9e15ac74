import { Writable } from 'node:stream';
import { expect } from 'vitest';
import { exportMonth, type ExportRequest } from '../../src/reconcile/export/export-month.ts';
import type { MonthExport } from '../../src/reconcile/export/month-export.ts';
import type { ExportPart } from '../../src/reconcile/export/month-sheets.ts';
import { writeExport, type ExportFormat } from '../../src/reconcile/export/write-export.ts';
import { numberIn, readCsv, SPANISH } from './read-csv.ts';
import { readWorkbook } from './read-workbook.ts';
import { ReconcileRig } from './reconcile-rig.ts';
import type { Values } from './seed-rows.ts';

export const MONTH = '2025-11';
export const MARTA = { who: 'marta', reason: 'F29 presented' };

/** An order of the books that stands for one of the shop, which speaks. */
const MIRROR = { speaks: false, silent_because: 'mirror' };

/** The file of a month, and what it was written from. */
export interface Taken {
  readonly exported: MonthExport;
  readonly bytes: Buffer;
}

/** A tenant whose streams are up to date, and its months as files. */
export class MonthExportRig {
  readonly books: ReconcileRig;

  private constructor(books: ReconcileRig) {
    this.books = books;
  }

  static async open(): Promise<MonthExportRig> {
    return new MonthExportRig(await ReconcileRig.open());
  }

  close(): Promise<void> {
    return this.books.close();
  }

  async newTenant(settings: Values = {}): Promise<void> {
    await this.books.newTenant(settings, ['orders', 'invoices', 'pos_orders']);
    await this.books.sql('update ops.streams set covered_until = now() where tenant_id = $1', [this.books.tenantId]);
  }

  /** A month with differences of several classes, flags, and names that a spreadsheet would compute. */
  async november(): Promise<{ sale: string; mirror: string }> {
    const { books } = this;
    const pair = await books.pair(119_000, {}, MIRROR);
    await this.change(pair.mirror, 100_000);
    await books.sale(23_800, { name: '=HYPERLINK("https://evil.example";"#1007")' });
    await books.sale(5_950);
    const { sale } = await books.pair(59_500, {}, MIRROR);
    await books.refund(sale, 10_000, { counts: true });
    const duplicate = await books.mirror(59_500, sale, { ...MIRROR, name: '@S00043' });
    await books.issue(duplicate, 59_500);
    await books.mirror(238_000, null, { shop_order_name: null, invoiced: false });
    return pair;
  }

  async change(order: string, total: number): Promise<void> {
    await this.books.sql(
      'update public.source_orders set amount_total_source = $2, amount_total = $2, amount_products_source = $2 where id = $1',
      [order, total],
    );
  }

  async take(format: ExportFormat, more: Partial<ExportRequest> & { only?: ExportPart } = {}): Promise<Taken> {
    const urlOf = ({ connectionId, sourceId }: { connectionId: string | null; sourceId: string | null }) =>
      connectionId === null ? null : `https://page.example/${sourceId}`;
    const { only = null, ...asked } = more;
    const request = { tenantId: this.books.tenantId, month: MONTH, keep: true, urlOf, ...asked };
    return exportMonth(this.books.db, request, async (exported) => ({ exported, bytes: await bytesOf(exported, format, only) }));
  }
}

/** What is written of an export; of all of it when `only` is null. */
export async function bytesOf(exported: MonthExport, format: ExportFormat, only: ExportPart | null): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const sink = new Writable({ write: (piece: Buffer, _, done) => (pieces.push(Buffer.from(piece)), done()) });
  await writeExport(exported, { format, only }, sink);
  return Buffer.concat(pieces);
}

/** The tables of a file for Excel in Spanish, by their names, as that Excel sees them. */
export function tablesOf({ bytes }: Taken): Map<string, string[][]> {
  expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
  const tables = new Map<string, string[][]>();
  let name: string | null = null;
  for (const row of readCsv(bytes.toString('utf8').slice(1), SPANISH)) {
    if (row.length === 1 && row[0] === '') name = null;
    else if (name === null) tables.set((name = row[0]!), []);
    else tables.get(name)!.push(row);
  }
  return tables;
}

/** The same of a workbook. */
export const tabsOf = ({ bytes }: Taken): Map<string, string[][]> =>
  new Map(readWorkbook(bytes).map(({ name, rows }) => [name, rows.map((row) => row.map((cell) => cell?.raw ?? ''))]));

const MILLION = 1_000_000n;

/** The sum of amounts without decimals, written as in Spanish. */
export const sum = (amounts: readonly string[]): bigint =>
  amounts.reduce((total, amount) => total + numberIn(amount, SPANISH)!, 0n) / MILLION;
