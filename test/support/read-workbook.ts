import { inflateRawSync } from 'node:zlib';

/** A cell as the file says it, read without the library that wrote it. */
export interface ReadCell {
  readonly kind: 'number' | 'text' | 'formula';
  /** The digits or letters in the file. */
  readonly raw: string;
  /** Format of a number, or General. */
  readonly format: string;
}

export interface ReadSheet {
  readonly name: string;
  /** Headings first; null is an empty cell. */
  readonly rows: readonly (readonly (ReadCell | null)[])[];
  /** Cells that open a page. */
  readonly links: number;
}

/** Formats that a workbook does not spell out. */
const BUILT_IN: Readonly<Record<string, string>> = { '0': 'General', '3': '#,##0', '4': '#,##0.00' };

/** The sheets of an XLSX file, by unzipping it and reading its XML. Throws where a part is missing. */
export function readWorkbook(file: Buffer): ReadSheet[] {
  const parts = unzip(file);
  const part = (path: string): string => {
    const text = parts.get(path);
    if (text === undefined) throw new Error(`the workbook has no ${path}`);
    return text;
  };
  const targets = new Map(
    [...part('xl/_rels/workbook.xml.rels').matchAll(/<Relationship [^>]*>/g)].map(([tag]) => [at(tag, 'Id'), at(tag, 'Target')]),
  );
  const formats = formatsOf(part('xl/styles.xml'));
  return [...part('xl/workbook.xml').matchAll(/<sheet [^>]*>/g)].map(([tag]) => {
    const xml = part(`xl/${targets.get(at(tag, 'r:id'))!.replace(/^\/?(xl\/)?/, '')}`);
    return { name: plain(at(tag, 'name')), rows: rowsOf(xml, formats), links: [...xml.matchAll(/<hyperlink /g)].length };
  });
}

function rowsOf(xml: string, formats: readonly string[]): (ReadCell | null)[][] {
  return [...xml.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, cells = '']) => {
    const row: (ReadCell | null)[] = [];
    for (const [, attributes = '', inner = ''] of cells.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const column = columnOf(at(`<c ${attributes}>`, 'r'));
      while (row.length < column) row.push(null);
      const kind = inner.includes('<f') ? 'formula' : /t="(inlineStr|str|s)"/.test(attributes) ? 'text' : 'number';
      const raw = plain([...inner.matchAll(/<(?:t|v)[^>]*>([^<]*)</g)].map(([, text]) => text).join(''));
      const style = Number(/ s="(\d+)"/.exec(` ${attributes}`)?.[1] ?? 0);
      row.push(inner === '' ? null : { kind, raw, format: formats[style] ?? 'General' });
    }
    return row;
  });
}

/** The format of each style that a cell may name. */
function formatsOf(styles: string): string[] {
  const own = new Map([...styles.matchAll(/<numFmt [^>]*>/g)].map(([tag]) => [at(tag, 'numFmtId'), plain(at(tag, 'formatCode'))]));
  const cellStyles = /<cellXfs[^>]*>(.*?)<\/cellXfs>/s.exec(styles)?.[1] ?? '';
  return [...cellStyles.matchAll(/<xf [^>]*>/g)].map(([tag]) => own.get(at(tag, 'numFmtId')) ?? BUILT_IN[at(tag, 'numFmtId')] ?? 'General');
}

/** The files of a ZIP archive by their paths, from its directory at the end. */
function unzip(file: Buffer): Map<string, string> {
  const end = file.lastIndexOf(Buffer.from('PK\u0005\u0006'));
  if (end < 0) throw new Error('this is no ZIP archive, or not a whole one');
  const parts = new Map<string, string>();
  let place = file.readUInt32LE(end + 16);
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [file.readUInt16LE(place + 10), file.readUInt32LE(place + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(place + offset)) as [number, number, number];
    const local = file.readUInt32LE(place + 42);
    const data = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = file.subarray(data, data + size);
    parts.set(file.toString('utf8', place + 46, place + 46 + name), (method === 0 ? bytes : inflateRawSync(bytes)).toString('utf8'));
    place += 46 + name + extra + comment;
  }
  return parts;
}

function at(tag: string, attribute: string): string {
  return new RegExp(`[ <]${attribute}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

const columnOf = (address: string) =>
  Array.from(address.replaceAll(/\d/g, '')).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const plain = (text: string) => text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity]!);
