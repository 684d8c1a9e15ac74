import type { Card } from '../dashboards/dashboard.ts';
import { at, chartFrame, colorOf, type Frame, type Plot } from './chart-frame.ts';
import { formatValue, type Locale } from './format-value.ts';
import { html, type Markup } from './markup.ts';
import type { ReadCard } from './read-cards.ts';

type Axis = NonNullable<Card['axis']>;

/** Pixels at 96 dpi: as wide as its card, and as high as what stands beside it, where that is more than it needs. */
interface Size {
  readonly width: number;
  readonly room: number;
}

const HIGHEST = 420;

/** Bars, lines, areas over an axis, as SVG with its legend. */
export function renderChart({ card, rows }: ReadCard, axis: Axis, { width, room }: Size, locale: Locale): Markup | null {
  const plot = plotOf(card, rows, axis);
  if (plot.series.every(({ values }) => values.every((value) => value === null))) return null;
  const needed = Math.min(230, Math.max(150, card.at.height * 32));
  const { frame, grid } = chartFrame(plot, width, Math.min(HIGHEST, Math.max(needed, room)), locale);
  const drawn =
    card.display === 'bar' ? bars(plot, frame) : plot.series.map(({ values }, i) => line(values, frame, colorOf(i), card.display));
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img">${grid}${drawn}</svg
    >${legend(plot.series.map(({ title }) => title))}`;
}

/** Legend of several series; one alone says what it is as well. */
function legend(titles: readonly string[]): Markup {
  return html`<p class="legend">${titles.map((title, i) => html`<span><i style="background:${colorOf(i)}"></i>${title}</span>`)}</p>`;
}

/** Series are the columns over the axis; of one column beside another text, there is one series for each such text. */
function plotOf(card: Card, rows: ReadCard['rows'], axis: Axis): Plot {
  const names = Object.keys(card.columns);
  const x = names.indexOf(axis.x);
  const split = names.findIndex((name) => name !== axis.x && !axis.y.includes(name) && card.columns[name]?.format === 'text');
  const y = axis.y.map((name) => names.indexOf(name));
  const labels = [...new Set(rows.map((row) => textOf(row[x])))];
  const seriesOf = (title: string, column: number, some: ReadCard['rows']) => {
    const values = new Map(some.map((row) => [textOf(row[x]), numberOf(row[column])]));
    return { title, values: labels.map((label) => values.get(label) ?? null) };
  };
  const [only = 0] = y;
  const series =
    split === -1 || y.length > 1
      ? y.map((column) => seriesOf(card.columns[names[column]!]!.title, column, rows))
      : [...new Set(rows.map((row) => textOf(row[split])))].map((name) =>
          seriesOf(
            name,
            only,
            rows.filter((row) => textOf(row[split]) === name),
          ),
        );
  return { labels, series, format: card.columns[names[only]!]!.format, stacked: axis.stacked === true };
}

const textOf = (value: ReadCard['rows'][number][number] | undefined): string =>
  value instanceof Date ? value.toISOString().slice(0, 10) : (value ?? '');
const numberOf = (value: ReadCard['rows'][number][number] | undefined): number | null =>
  typeof value === 'string' && value !== '' ? Number(value) : null;

function bars({ labels, series, stacked }: Plot, frame: Frame): Markup[] {
  const room = Math.min(frame.step * 0.8, 60);
  const each = stacked ? room : room / series.length;
  return labels.flatMap((_, i) => {
    const start = frame.left + frame.step * (i + 0.5) - room / 2;
    let up = 0;
    let down = 0;
    return series.flatMap(({ values }, s) => {
      const value = values[i] ?? null;
      if (value === null || value === 0) return [];
      const from = stacked ? (value > 0 ? up : down) : 0;
      if (value > 0) up += value;
      else down += value;
      const [top, bottom] = [frame.y(Math.max(from, from + value)), frame.y(Math.min(from, from + value))];
      const left = start + (stacked ? 0 : each * s);
      return [
        html`<rect
          x="${at(left)}"
          y="${at(top)}"
          width="${at(Math.max(each - 0.4, 0.6))}"
          height="${at(Math.max(bottom - top, 0.5))}"
          fill="${colorOf(s)}"
        />`,
      ];
    });
  });
}

/** A line that stops where nothing is known; a value between two gaps is a dot. */
function line(values: readonly (number | null)[], frame: Frame, color: string, display: Card['display']): Markup {
  const runs: { x: number; y: number }[][] = [[]];
  for (const [i, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)!.push({ x: frame.left + frame.step * (i + 0.5), y: frame.y(value) });
  }
  const drawn = runs.flatMap((run) => {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return [];
    if (run.length === 1) return [html`<circle cx="${at(first.x)}" cy="${at(first.y)}" r="2" fill="${color}" />`];
    const path = run.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('');
    const ground = `${path}L${at(last.x)} ${at(frame.y(0))}L${at(first.x)} ${at(frame.y(0))}Z`;
    const area = display === 'area' ? html`<path d="${ground}" fill="${color}" opacity="0.2" />` : null;
    return [html`${area}<path d="${path}" fill="none" stroke="${color}" stroke-width="1.6" stroke-linejoin="round" />`];
  });
  return html`<g>${drawn}</g>`;
}

/** Bars that lie, with their values: a table, so that long names have their room. */
export function renderRows({ card, rows }: ReadCard, axis: Axis, locale: Locale): Markup {
  const names = Object.keys(card.columns);
  const [y = ''] = axis.y;
  const [name, figure] = [names.indexOf(axis.x), names.indexOf(y)];
  const most = Math.max(...rows.map((row) => Math.abs(numberOf(row[figure]) ?? 0)), 0) || 1;
  const drawn = rows.map((row) => {
    const value = row[figure] ?? null;
    const share = Math.round((Math.abs(numberOf(value) ?? 0) / most) * 1000) / 10;
    return html`<tr>
      <th scope="row">${textOf(row[name])}</th>
      <td class="track">${share > 0 ? html`<i style="width:${share}%"></i>` : null}</td>
      <td class="number${value === null ? ' empty' : ''}">${formatValue(value, card.columns[y]!.format, locale)}</td>
    </tr>`;
  });
  return html`<table class="rows">
    <tbody>
      ${drawn}
    </tbody>
  </table>`;
}

/** A ring with the share of each part, beside their values. */
export function renderPie({ card, rows }: ReadCard, axis: Axis, locale: Locale): Markup {
  const names = Object.keys(card.columns);
  const [y = ''] = axis.y;
  const parts = rows.map((row) => ({ name: textOf(row[names.indexOf(axis.x)]), value: row[names.indexOf(y)] ?? null }));
  const total = parts.reduce((sum, { value }) => sum + Math.max(numberOf(value) ?? 0, 0), 0) || 1;
  let turned = 0;
  const ring = parts.map(({ value }, i) => {
    const share = (Math.max(numberOf(value) ?? 0, 0) / total) * 100;
    turned += share;
    return html`<circle
      r="40"
      cx="60"
      cy="60"
      pathLength="100"
      fill="none"
      stroke="${colorOf(i)}"
      stroke-width="22"
      stroke-dasharray="${share} 100"
      stroke-dashoffset="${share - turned}"
      transform="rotate(-90 60 60)"
    />`;
  });
  const words = parts.map(
    ({ name, value }, i) =>
      html`<li><i style="background:${colorOf(i)}"></i>${name}: ${formatValue(value, card.columns[y]!.format, locale)}</li>`,
  );
  return html`<div class="pie">
    <svg viewBox="0 0 120 120" role="img">${ring}</svg>
    <ul>
      ${words}
    </ul>
  </div>`;
}
