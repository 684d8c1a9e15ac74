import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Keys of the head of a KPI file, in this order; `depends` may be empty. */
export const HEAD_KEYS = [
  'depends',
  'Dashboards',
  'Meaning',
  'Grain',
  'Unit',
  'Source',
  'Formula',
  'Debe cuadrar con',
  'Bad input',
  'Explain',
] as const;
type HeadKey = (typeof HEAD_KEYS)[number];

/** The dashboards there are. */
export const DASHBOARDS = ['Ejecutiva', 'Tenant', 'Ventas', 'Soporte', 'Automatizaciones', 'Inventario'] as const;

/** One KPI as its file in migrations/kpi defines it. */
export interface KpiDefinition {
  readonly name: string;
  /** What it made in the database: `kpi.sales_by_day`, `public.orders`. */
  readonly object: string;
  /** A function takes the first and the last local day. */
  readonly kind: 'view' | 'function';
  readonly dashboards: readonly string[];
  readonly meaning: string;
  readonly grain: string;
  readonly unit: string;
  readonly source: string;
  readonly formula: string;
  readonly mustAgreeWith: string;
  readonly badInput: string;
  /** Select over tenant $1 and local day $2 of the records behind the number: entity, id, contribution. */
  readonly explain: string;
  /** False: the number is of now, or of a period that the file itself names; its select only mentions the day. */
  readonly byDay: boolean;
  /** The Spanish comment that the database, and so Metabase, shows. */
  readonly comment: string;
}

/** Every KPI, by name. @throws for a file whose head lacks a key, has one twice or out of order, or that comments on nothing */
export function readKpiCatalogue(folder = resolve(import.meta.dirname, '../../migrations/kpi')): KpiDefinition[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.toSorted().map((file) => parseKpiFile(file.slice(0, -4), readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')));
}

/** @throws with the file's name and what is wrong with its head */
export function parseKpiFile(name: string, text: string): KpiDefinition {
  const head = parseHead(name, text);
  // What else a file makes is a part of it: the rows of one tenant, for a view over all.
  const made = new RegExp(`^create or replace (view|function) (kpi|public)\\.${name}\\b`, 'm').exec(text);
  if (made === null) throw new Error(`migrations/kpi/${name}.sql makes no view or function ${name}`);
  const [, kind, schema] = made;
  const object = `${schema}.${name}`;
  const said = new RegExp(`^comment on ${kind} ${schema}\\.${name}(?:\\([^)]*\\))? is\\s+'((?:[^']|'')*)';`, 'm').exec(text);
  if (said === null) throw new Error(`migrations/kpi/${name}.sql has no comment on ${object}`);
  return {
    name,
    object,
    kind: kind === 'view' ? 'view' : 'function',
    dashboards: head.Dashboards.split(',').map((dashboard) => dashboard.trim()),
    meaning: head.Meaning,
    grain: head.Grain,
    unit: head.Unit,
    source: head.Source,
    formula: head.Formula,
    mustAgreeWith: head['Debe cuadrar con'],
    badInput: head['Bad input'],
    explain: head.Explain,
    byDay: !head.Explain.includes('$2::date is not null'),
    comment: said[1]!.replaceAll("''", "'"),
  };
}

function parseHead(name: string, text: string): Record<HeadKey, string> {
  const found: [HeadKey, string][] = [];
  for (const line of text.split('\n')) {
    const key = HEAD_KEYS.find((wanted) => line.startsWith(`-- ${wanted}:`));
    const last = found.at(-1);
    if (key !== undefined) found.push([key, line.slice(key.length + 4).trim()]);
    else if (line.startsWith('--   ') && last !== undefined) last[1] = `${last[1]} ${line.slice(5).trim()}`;
    // The head ends at its first other line: a remark for whoever reads the statement, or the statement.
    else break;
  }
  const keys = found.map(([key]) => key);
  if (keys.join() !== HEAD_KEYS.join())
    throw new Error(`migrations/kpi/${name}.sql: the head has ${keys.join(', ')}; it must have ${HEAD_KEYS.join(', ')}`);
  const empty = found.find(([key, value]) => value === '' && key !== 'depends');
  if (empty !== undefined) throw new Error(`migrations/kpi/${name}.sql: ${empty[0]} is empty`);
  return Object.fromEntries(found) as Record<HeadKey, string>;
}
