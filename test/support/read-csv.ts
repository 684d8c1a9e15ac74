/** How a program of a country reads a file: what parts fields, and what parts decimals. */
export interface CsvReader {
  readonly separator: string;
  readonly point: string;
  readonly thousands: string;
}

/** Excel with the regional settings of Chile or Spain, and of the United States. */
export const SPANISH: CsvReader = { separator: ';', point: ',', thousands: '.' };
export const ENGLISH: CsvReader = { separator: ',', point: '.', thousands: ',' };

/** Rows of fields, as a spreadsheet takes a file apart (RFC 4180). The byte order mark must be taken off before. */
export function readCsv(text: string, { separator }: CsvReader): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const mark = text[i]!;
    if (quoted) {
      if (mark !== '"') field += mark;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quoted = false;
    } else if (mark === '"' && field === '') quoted = true;
    else if (mark === separator || (mark === '\r' && text[i + 1] === '\n')) {
      rows.at(-1)!.push(field);
      field = '';
      if (mark === '\r') {
        rows.push([]);
        i++;
      }
    } else field += mark;
  }
  if (field !== '' || rows.at(-1)!.length > 0) rows.at(-1)!.push(field);
  else rows.pop();
  return rows;
}

/** The number a spreadsheet of that country makes of a field, in millionths so that sums are exact; null where it sees a text. */
export function numberIn(field: string, { point, thousands }: CsvReader): bigint | null {
  const escaped = (mark: string) => (mark === '.' ? String.raw`\.` : mark);
  const form = new RegExp(`^(-?)(\\d+|\\d{1,3}(?:${escaped(thousands)}\\d{3})+)(?:${escaped(point)}(\\d{1,6}))?$`);
  const [, sign, whole, fraction = ''] = form.exec(field) ?? [];
  if (whole === undefined) return null;
  return BigInt(`${sign}${whole.replaceAll(thousands, '')}${fraction.padEnd(6, '0')}`);
}

/** What a spreadsheet would compute, or send away, instead of showing it. */
export const isFormula = (field: string): boolean => /^[=+\-@\t\r＝＋－＠]/.test(field) && !/^-?\d+([.,]\d+)?$/.test(field);

/** The values under a heading of a table. @throws where there is no such heading */
export function column(table: readonly (readonly string[])[], title: string): string[] {
  const at = table[0]?.indexOf(title) ?? -1;
  if (at < 0) throw new Error(`there is no column ${title}`);
  return table.slice(1).map((row) => row[at] ?? '');
}
