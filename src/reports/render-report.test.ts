import { describe, expect, test } from 'vitest';
import type { Card } from '../dashboards/dashboard.ts';
import { formatTick, formatValue, localInstant, placesOf } from './format-value.ts';
import { html } from './markup.ts';
import type { ReadCard } from './read-cards.ts';
import { renderCard } from './render-card.ts';
import { renderReport } from './render-report.ts';

const clp = { currency: 'CLP', currencyDecimals: 0, timeZone: 'America/Santiago' };
const usd = { currency: 'USD', currencyDecimals: 2, timeZone: 'America/New_York' };
const HOSTILE = `<script>alert("x")</script>'&`;
const ESCAPED = '&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#39;&#38;';

const cardOf = (some: Partial<Card>): Card => ({
  key: 'card',
  title: 'Ventas',
  description: 'Lo vendido. Vacío: sin dato, que no es cero. Debe cuadrar con: la tienda',
  sql: 'select 1',
  display: 'table',
  at: { row: 0, column: 0, width: 12, height: 6 },
  columns: {},
  ...some,
});
const drawn = (card: Partial<Card>, rows: ReadCard['rows'], locale = clp) => renderCard({ card: cardOf(card), rows }, locale).text;

describe('formats', () => {
  test.each([
    ['416500', 'money', clp, '$416.500'],
    ['416500.00', 'money', clp, '$416.500'],
    ['0', 'money', clp, '$0'],
    ['1234.5', 'money', usd, 'US$1.234,50'],
    // More digits than a float holds.
    ['12345678901234567891', 'money', clp, '$12.345.678.901.234.567.891'],
    ['1234', 'integer', clp, '1.234'],
    ['62.50', 'decimal', clp, '62,5'],
    ['0.6094', 'percent', clp, '60,9%'],
    ['1', 'percent', clp, '100%'],
    ['7505', 'duration', clp, '2 h 5 min'],
    ['45.2', 'duration', clp, '45 s'],
    ['0', 'duration', clp, '0 s'],
    ['90000', 'duration', clp, '1 d 1 h'],
    ['-60', 'duration', clp, '-1 min'],
    ['2026-11-30', 'date', clp, '30-11-2026'],
    [new Date('2026-11-30T02:05:00Z'), 'instant', clp, '29-11-2026 23:05'],
    [new Date('2026-11-30T02:05:00Z'), 'instant', usd, '29-11-2026 21:05'],
    ['2026', 'text', clp, '2026'],
    [null, 'money', clp, 'sin dato'],
    [null, 'text', clp, 'sin dato'],
    ['NaN', 'decimal', clp, 'NaN'],
  ] as const)('%s as %s', (value, format, locale, said) => {
    expect(formatValue(value, format, locale)).toBe(said);
  });

  test.each([
    [['159', '332.5', null, '93'], 'decimal', ['159,0', '332,5', 'sin dato', '93,0']],
    [['159', '-93'], 'decimal', ['159', '-93']],
    [['1.005', '2'], 'decimal', ['1,01', '2,00']],
    [['0.89', '0.8937', '1'], 'percent', ['89,0%', '89,4%', '100,0%']],
  ] as const)('a column %j of %s stands comma under comma', (values, format, said) => {
    const places = placesOf(values, format);
    expect(values.map((value) => formatValue(value, format, clp, places))).toEqual(said);
  });

  test('an hour that a zone has twice is the hour of its clocks, both times', () => {
    expect(localInstant(new Date('2026-04-05T02:30:00Z'), 'America/Santiago')).toBe('04-04-2026 23:30');
    expect(localInstant(new Date('2026-04-05T03:30:00Z'), 'America/Santiago')).toBe('04-04-2026 23:30');
  });

  test('an axis is marked in short', () => {
    expect(formatTick(50_000_000, 'money', clp)).toMatch(/^\$50\sM$/);
    expect(formatTick(7200, 'duration', clp)).toBe('2 h');
  });
});

describe('markup', () => {
  test('escapes what is put in, and markup only once', () => {
    expect(html`<p title="${HOSTILE}">${html`<b>${HOSTILE}</b>`}${null}${0}</p>`.text).toBe(`<p title="${ESCAPED}"><b>${ESCAPED}</b>0</p>`);
  });

  test('of every part of a page', () => {
    const columns = { name: { title: HOSTILE, format: 'text' }, n: { title: HOSTILE, format: 'integer' } } as const;
    const rows = [[HOSTILE, '2']];
    const axis = { x: 'name', y: ['n'] };
    const looks = (['table', 'scalar', 'bar', 'line', 'area', 'row', 'pie'] as const).map((display, row) => ({
      card: cardOf({ title: HOSTILE, description: HOSTILE, display, columns, axis, at: { row, column: 0, width: 12, height: 1 } }),
      rows,
    }));
    const page = renderReport({
      dashboard: { title: HOSTILE, description: HOSTILE, filters: [{ slug: 'canal', title: HOSTILE, type: 'text', initial: null }] },
      company: { name: HOSTILE, rut: HOSTILE },
      answers: { cards: looks, filters: { canal: HOSTILE }, readAt: new Date() },
      locale: clp,
    });
    expect(page).not.toContain('<script');
    expect(page.split(ESCAPED).length).toBeGreaterThan(20);
  });
});

describe('cards', () => {
  const money = { title: 'Venta bruta', format: 'money' } as const;
  const day = { title: 'Día', format: 'date' } as const;

  test('a scalar shows its figure and the others beneath it; unknown is not zero', () => {
    const columns = { gross: money, orders: { title: 'Pedidos', format: 'integer' } } as const;
    expect(drawn({ display: 'scalar', columns }, [['0', null]])).toMatch(/>\$0<[\s\S]*Pedidos[\s\S]*>sin dato</);
    expect(drawn({ display: 'scalar', columns }, [])).not.toContain('$0');
    expect(drawn({ display: 'scalar', columns }, [[null, '0']])).toMatch(/class="figure empty">sin dato</);
  });

  test('a table says how many of its rows it leaves out', () => {
    const rows = Array.from({ length: 1041 }, (_, i) => [`fila ${i}`]);
    const text = drawn({ columns: { name: { title: 'Nombre', format: 'text' } } }, rows);
    expect(text).toContain('Se muestran 40 de 1.041 filas.');
    expect(text).not.toContain('fila 40<');
    expect(drawn({ columns: {} }, [])).toContain('Sin registros');
  });

  test('amounts of several currencies keep the decimals of their own', () => {
    const columns = { currency_source: { title: 'Moneda', format: 'text' }, total: { title: 'Total', format: 'decimal' } } as const;
    const rows = [
      ['CLP', '748911159'],
      ['USD', '11407.92'],
    ];
    expect(drawn({ columns }, rows)).toMatch(/>748\.911\.159<[\s\S]*>11\.407,92</);
  });

  test('a chart is as high as what stands beside it', () => {
    const chart = {
      card: cardOf({ display: 'line', columns: { day, gross: money }, axis: { x: 'day', y: ['gross'] } }),
      rows: [['2026-11-01', '1']],
    };
    const heights = [0, 300, 5000].map((room) => /viewBox="0 0 \d+ (\d+)"/.exec(renderCard(chart, clp, room).text)![1]);
    expect(heights).toEqual(['192', '300', '420']);
  });

  test('a bar is as high as its value and a day without one has none', () => {
    const text = drawn({ display: 'bar', columns: { day, gross: money }, axis: { x: 'day', y: ['gross'] } }, [
      ['2026-11-01', '100'],
      ['2026-11-02', null],
      ['2026-11-03', '50'],
    ]);
    const heights = [...text.matchAll(/<rect[^>]*\sheight="([\d.]+)"/g)].map(([, height]) => Number(height));
    expect(heights).toHaveLength(2);
    expect(heights[0]! / heights[1]!).toBeCloseTo(2, 1);
  });

  test('a line has a gap where nothing is known', () => {
    const columns = { day, gross: money };
    const rows = [
      ['2026-11-01', '1'],
      ['2026-11-02', '2'],
      ['2026-11-03', null],
      ['2026-11-04', '3'],
    ];
    const text = drawn({ display: 'line', columns, axis: { x: 'day', y: ['gross'] } }, rows);
    expect(text.match(/<path/g)).toHaveLength(1);
    expect(text.match(/<circle/g)).toHaveLength(1);
    const unknown = rows.map(([at]) => [at!, null]);
    expect(drawn({ display: 'line', columns, axis: { x: 'day', y: ['gross'] } }, unknown)).toContain('sin dato');
  });

  test('one column over days and a text is a series for each text, stacked on each other', () => {
    const columns = { day, channel: { title: 'Canal', format: 'text' }, opened: { title: 'Iniciadas', format: 'integer' } } as const;
    const text = drawn({ display: 'bar', columns, axis: { x: 'day', y: ['opened'], stacked: true } }, [
      ['2026-11-01', 'Web', '4'],
      ['2026-11-01', 'Email', '2'],
    ]);
    const bars = [...text.matchAll(/<rect\s+x="([\d.]+)"\s+y="([\d.]+)"\s+width="[\d.]+"\s+height="([\d.]+)"/g)].map((bar) =>
      bar.slice(1).map(Number),
    );
    expect(bars).toHaveLength(2);
    const [[x0, y0], [x1, y1, height1]] = bars as [number[], number[]];
    expect(x1).toBe(x0);
    expect(y1! + height1!).toBeCloseTo(y0!, 0);
    expect(text).toMatch(/Web[\s\S]*Email/);
  });
});
