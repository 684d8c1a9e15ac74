import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  countCell,
  dayCell,
  linkCell,
  minuteCell,
  moneyCell,
  textCell,
  type Cell,
  type Row,
  type Sheet,
} from '../../src/spreadsheet/sheet.ts';
import { writeXlsx } from '../../src/spreadsheet/write-xlsx.ts';
import { readWorkbook } from '../support/read-workbook.ts';

const sheetOf = (name: string, rows: Iterable<Row>): Sheet => ({
  name,
  columns: [
    { title: 'Nota', width: 10 },
    { title: 'Monto', width: 10 },
  ],
  rows,
});

async function written(...sheets: Sheet[]) {
  const pieces: Buffer[] = [];
  const sink = new Writable({
    write: (piece: Buffer, _, done) => {
      pieces.push(piece);
      done();
    },
  });
  const told = await writeXlsx(sheets, sink);
  return { told, sheets: readWorkbook(Buffer.concat(pieces)) };
}

const cellsOf = async (...cells: Cell[]) => (await written(sheetOf('Hoja', [{ cells }]))).sheets[0]!.rows[1]!;

describe('a cell', () => {
  test('of money is a number with the decimals of its currency', async () => {
    const [clp, usd, less] = await cellsOf(moneyCell('1234567', 0), moneyCell('1234.5', 2), moneyCell('-23800', 0));
    expect(clp).toEqual({ kind: 'number', raw: '1234567', format: '#,##0' });
    expect(usd).toEqual({ kind: 'number', raw: '1234.5', format: '#,##0.00' });
    expect(less).toMatchObject({ kind: 'number', raw: '-23800' });
  });

  test('of money has in the file the digits that the amount has, or is text that keeps them', async () => {
    const exact = ['999999999999999', '-99999999999999.9', '0.01', '1.15', '123456789012.34', '0', '90071992547409.9'];
    const read = await cellsOf(...exact.map((amount) => moneyCell(amount, 2)));
    expect(read.map((cell) => [cell!.kind, cell!.raw])).toEqual(exact.map((amount) => ['number', amount]));
    const [long] = await cellsOf(moneyCell('9007199254740993', 0));
    expect(long).toMatchObject({ kind: 'text', raw: '9007199254740993' });
  });

  test('of a day or minute is a date of the calendar, in whatever zone it is written', async () => {
    const [day, minute] = await cellsOf(dayCell('2026-11-30'), minuteCell('2026-11-30 18:00'));
    // 46356 days since 30 December 1899.
    expect(day).toEqual({ kind: 'number', raw: '46356', format: 'yyyy-mm-dd' });
    expect(minute).toEqual({ kind: 'number', raw: '46356.75', format: 'yyyy-mm-dd hh:mm' });
  });

  test('of text is never a formula, whatever it begins with, and keeps its letters', async () => {
    const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '=HYPERLINK("https://evil.example")', '\t=1', 'Año <b> & "x"', "it's"];
    const read = await cellsOf(...texts.map(textCell));
    expect(read.map((cell) => [cell!.kind, cell!.raw])).toEqual(texts.map((text) => ['text', text]));
  });

  test('of a link opens its page', async () => {
    const { sheets } = await written(sheetOf('Hoja', [{ cells: [linkCell('https://a.example/web#id=1&model=sale.order'), countCell(2)] }]));
    expect(sheets[0]!.links).toBe(1);
    expect(sheets[0]!.rows[1]!.map((cell) => cell!.raw)).toEqual(['https://a.example/web#id=1&model=sale.order', '2']);
  });
});

test('each sheet has its tab, its headings and its rows, and they are counted', async () => {
  const { told, sheets } = await written(sheetOf('Una', []), sheetOf('Otra', [{ cells: [textCell('x'), null], stress: 'total' }]));
  expect(told).toEqual([
    { name: 'Una', rows: 0 },
    { name: 'Otra', rows: 1 },
  ]);
  expect(sheets.map(({ name, rows }) => [name, rows.map((row) => row.map((cell) => cell?.raw ?? ''))])).toEqual([
    ['Una', [['Nota', 'Monto']]],
    [
      'Otra',
      [
        ['Nota', 'Monto'],
        ['x', ''],
      ],
    ],
  ]);
});

test('100,000 rows, of which more links than a sheet may hold', async () => {
  const rows = function* (): Generator<Row> {
    for (let i = 0; i < 100_000; i++) yield { cells: [linkCell(`https://a.example/${i}`), moneyCell(String(i), 0)] };
  };
  const { told, sheets } = await written(sheetOf('Hallazgos', rows()));
  expect(told).toEqual([{ name: 'Hallazgos', rows: 100_000 }]);
  expect(sheets[0]!.links).toBe(65_000);
  expect(sheets[0]!.rows.slice(1).reduce((sum, [, amount]) => sum + BigInt(amount!.raw), 0n)).toBe(4_999_950_000n);
});

test('no more rows are read than the reader takes', async () => {
  let made = 0;
  const rows = function* (): Generator<Row> {
    for (; made < 200_000; made++) yield { cells: [textCell(`${made} ${(made * 7919) % 104_729}`), moneyCell(String(made), 0)] };
  };
  let open = () => undefined as void;
  const sink = new Writable({
    highWaterMark: 1,
    write: (_piece, _, done) => {
      open = done;
    },
  });
  const writing = writeXlsx([sheetOf('Hallazgos', rows())], sink);
  for (let i = 0; i < 1000; i++) await turn();
  const read = made;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(100_000);
  for (let i = 0; i < 100; i++) await turn();
  expect(made).toBe(read);
  sink.destroy();
  open();
  await expect(writing).rejects.toThrow('closed before it was whole');
});
