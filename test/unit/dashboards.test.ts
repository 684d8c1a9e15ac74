import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { SOURCE_NAMES, STREAM_NAMES } from '../../src/contract/index.ts';
import { inSpanish } from '../../src/dashboards/in-spanish.ts';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { readKpiCatalogue } from '../../src/store/kpi-catalogue.ts';

const titles: Readonly<Record<string, string>> = {
  ejecutiva: 'Ejecutiva',
  tenant: 'Tenant',
  ventas: 'Ventas',
  soporte: 'Soporte',
  automatizaciones: 'Automatizaciones',
};

/** KPIs without a card of their own, and why. */
const BUILDING_BLOCKS: Readonly<Record<string, string>> = {
  orders: 'the facts behind every card of sales; ventas lists them, the others count them',
  order_lines: 'the facts behind the products',
  product_keys: 'what identifies a product',
  product_movements: 'the facts behind the products',
  product_sales_daily: 'to be asked in SQL: what top_products_between and days_of_cover add up, by day',
  cart_states: 'behind the carts',
  abandoned_carts_by_day: 'behind carts_by_day, which asks it for some days',
  support_days: 'the days that the cards of support show',
  stock_places: 'behind stock_now',
  stock_source: 'behind stock_now and low_stock',
  low_stock: 'asked by the alert; the card of stock lists what is scarce first, from the same view',
  product_stock_by_day: 'to be asked for one product: all of them over all days is the whole history',
  top_products: 'to be asked in SQL: on the dashboards the list of the period says the same, and twice takes as long',
  reconciliation_by_day: 'for finance, by command, HTTP and SQL; the card of the sync says how much differs',
  closed_months: 'for finance, by command, HTTP and SQL; the dashboard of sales has no time left for another card',
  sku_conflicts: 'a finding for the operator, not a figure',
};

/** KPIs that are on other dashboards than this one that their head names. */
const ELSEWHERE = new Set([
  'ejecutiva coverage',
  'tenant top_products',
  'ventas top_products',
  'ventas reconciliation_by_day',
  'ventas closed_months',
  'tenant ocr_runs',
  'tenant returning_customers_30d',
]);

/** KPIs of the last days by the clock, hour by hour. */
const ROLLING = /\bkpi\.(sales_30_days|top_products|tickets_by_channel|executions_by_workflow|revenue_by_tenant|returning_customers_30d)\b/;

const tagsOf = (sql: string) => new Set([...sql.matchAll(/\{\{\s*([a-z_]+)\s*\}\}/g)].map(([, slug]) => slug ?? ''));

test('there are five dashboards, and every statement belongs to a card', () => {
  expect(DASHBOARDS.map(({ key }) => key)).toEqual(Object.keys(titles));
  const folder = join(import.meta.dirname, '../../src/dashboards/sql');
  const used = new Set(DASHBOARDS.flatMap(({ cards }) => cards.map((card) => card.sql)));
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql')))
    expect([file, used.has(inSpanish(readFileSync(join(folder, file), 'utf8')))]).toEqual([file, true]);
});

describe.each(DASHBOARDS)('$key', (dashboard) => {
  const { cards, filters } = dashboard;

  test('has cards that lie on the grid of 24 columns, none over another', () => {
    const taken = new Map<string, string>();
    for (const { key, at } of cards) {
      expect([key, at.width > 0 && at.height > 0 && at.column >= 0 && at.column + at.width <= 24]).toEqual([key, true]);
      for (let row = at.row; row < at.row + at.height; row += 1) {
        for (let column = at.column; column < at.column + at.width; column += 1) {
          expect([key, taken.get(`${row} ${column}`)]).toEqual([key, undefined]);
          taken.set(`${row} ${column}`, key);
        }
      }
    }
  });

  test('uses every filter that it shows and shows every filter that it uses', () => {
    const used = new Set(cards.flatMap(({ sql }) => [...tagsOf(sql)]));
    const borrowed = cards.flatMap((card) => card.borrowed ?? []).map(({ slug }) => slug);
    const shown = filters.map(({ slug }) => slug);
    expect([...used].filter((slug) => shown.includes(slug) || !borrowed.includes(slug)).toSorted()).toEqual(shown.toSorted());
  });

  test('needs only the filters that start filled: the others stand in parts that go when they are empty', () => {
    const filled = filters.filter(({ initial }) => initial !== null).map(({ slug }) => slug);
    for (const { key, sql } of cards) {
      const needed = [...tagsOf(sql.replaceAll(/\[\[.*?\]\]/gs, ''))];
      expect([key, needed.filter((slug) => !filled.includes(slug))]).toEqual([key, []]);
    }
  });

  test('draws columns that its cards have', () => {
    for (const { key, display, axis, columns } of cards) {
      const drawn = ['bar', 'row', 'line', 'area', 'pie'].includes(display);
      expect([key, axis !== undefined]).toEqual([key, drawn]);
      for (const name of axis === undefined ? [] : [axis.x, ...axis.y])
        expect([key, Object.keys(columns)]).toEqual([key, expect.arrayContaining([name])]);
    }
  });

  test('is in Spanish, and a card of sums names its kind of period', () => {
    const texts = [dashboard.title, dashboard.description, ...filters.map(({ title }) => title)];
    for (const card of cards) {
      const shown = [card.title, card.description, ...Object.values(card.columns).map(({ title }) => title)];
      texts.push(...shown);
      expect(card.description).toMatch(/Vacío: sin dato, que no es cero\. Debe cuadrar con: ./);
      if (card.sql.includes('{{desde}}')) expect(card.title).toMatch(/cerrado\)$|^Últimas ventas|^Documentos|^Pedidos que/);
      if (ROLLING.test(card.sql)) expect(card.title).toMatch(/\(móvil\)$/);
    }
    // What it must agree with quotes reports by the names that their own systems give them.
    for (const text of texts)
      expect(text.replace(/Debe cuadrar con: .*/, '')).not.toMatch(
        /\b(the|and|with|sales|orders|average|day|days|count|amount|total sales by day)\b/,
      );
  });

  test('shows as of when it is true', () => {
    expect(cards.find(({ key }) => key === 'as-of')?.sql).toContain('kpi.dashboard_as_of');
  });

  test('has a card for every KPI that says it is on it', () => {
    const asked = new Set(cards.flatMap(({ sql }) => [...sql.matchAll(/\b(?:kpi|public)\.(\w+)/g)].map(([, name]) => name)));
    const missing = readKpiCatalogue()
      .filter((kpi) => kpi.dashboards.includes(titles[dashboard.key] ?? ''))
      .map(({ name }) => name)
      .filter((name) => !asked.has(name) && !(name in BUILDING_BLOCKS) && !ELSEWHERE.has(`${dashboard.key} ${name}`));
    expect(missing).toEqual([]);
  });
});

test('every KPI is on a card or is a building block on purpose', () => {
  const sql = DASHBOARDS.flatMap(({ cards }) => cards.map((card) => card.sql)).join('\n');
  const unused = readKpiCatalogue().filter(({ name, object }) => !(name in BUILDING_BLOCKS) && !sql.includes(object));
  expect(unused.map(({ name }) => name)).toEqual([]);
  for (const name of Object.keys(BUILDING_BLOCKS)) expect(readKpiCatalogue().map((kpi) => kpi.name)).toContain(name);
});

test('every stream and source that there is has its name in Spanish, and no other', () => {
  const streams = new Set(connectors.flatMap((connector) => connector.streams.map(({ name }) => name)));
  expect(Object.keys(STREAM_NAMES).toSorted()).toEqual([...streams].toSorted());
  expect(Object.fromEntries(connectors.map(({ id, title }) => [id, title]))).toEqual(SOURCE_NAMES);
  for (const [word, name] of Object.entries(STREAM_NAMES)) {
    expect(name).toMatch(/^[A-Z][a-zíóú ]+$/);
    expect(name.toLowerCase()).not.toBe(word);
  }
});

test('no card shows the word that a program has for a stream or a source', () => {
  for (const { key, sql } of DASHBOARDS.flatMap(({ cards }) => cards)) {
    if (!/kpi\.(?:freshness_now|dashboard_as_of)\b/.test(sql)) continue;
    const shown = sql.slice(0, sql.search(/\bfrom kpi\./));
    expect([key, /(?:^|,)\s*(?:\w+\.)?(?:source|stream|held_back_by|problem)\s*(?=,|$)/.test(shown)]).toEqual([key, false]);
  }
});

test('a services company has no stock cards, a shop has', () => {
  const tenant = DASHBOARDS.find(({ key }) => key === 'tenant')?.cards ?? [];
  const of = (industry: 'retail' | 'services' | 'restaurants') =>
    tenant.filter((card) => card.industries === undefined || card.industries.includes(industry)).map(({ key }) => key);
  expect(of('retail')).toEqual(expect.arrayContaining(['stock', 'stock-by-day']));
  expect(of('services')).not.toEqual(expect.arrayContaining(['stock']));
  expect(of('restaurants')).toContain('stock');
});
