import type { Format } from '../dashboards/dashboard.ts';
import { formatTick, localDay, type Locale } from './format-value.ts';
import { html, type Markup } from './markup.ts';

/** What a chart draws: one value per place on the axis and series; null is a gap. Floats are places on paper, not amounts. */
export interface Plot {
  /** Labels of the axis, days as `2026-11-30`. */
  readonly labels: readonly string[];
  readonly series: readonly { readonly title: string; readonly values: readonly (number | null)[] }[];
  readonly format: Format;
  readonly stacked: boolean;
}

/** The drawing area in units of the picture, and where a value stands in it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly plotWidth: number;
  readonly plotHeight: number;
  /** Width of one place on the axis. */
  readonly step: number;
  readonly y: (value: number) => number;
}

/** Told apart also in print; the same order everywhere. */
export const COLORS = ['#2b6cb0', '#dd6b20', '#2f855a', '#b83280', '#6b46c1', '#718096', '#b7791f', '#2c7a7b'] as const;
export const colorOf = (index: number): string => COLORS[index % COLORS.length]!;

/** The frame and its grid: lines with their values at the left, places beneath. */
export function chartFrame(plot: Plot, width: number, height: number, locale: Locale): { frame: Frame; grid: Markup } {
  const { ticks, low, high } = scaleOf(extremesOf(plot), plot.format);
  const words = ticks.map((tick) => formatTick(tick, plot.format, locale));
  const left = Math.max(...words.map((word) => word.length)) * 5.4 + 10;
  const top = 8;
  const plotWidth = width - left - 6;
  const plotHeight = height - top - 20;
  const y = (value: number) => top + plotHeight * (1 - (value - low) / (high - low));
  const step = plotWidth / Math.max(plot.labels.length, 1);
  const every = Math.ceil(plot.labels.length / Math.max(1, Math.floor(plotWidth / 46)));
  const lines = ticks.map(
    (tick, i) =>
      html`<line x1="${left}" x2="${width - 6}" y1="${at(y(tick))}" y2="${at(y(tick))}" class="${tick === 0 ? 'zero' : 'grid'}" />
        <text x="${at(left - 6)}" y="${at(y(tick) + 3)}" text-anchor="end">${words[i]!}</text>`,
  );
  const places = plot.labels.flatMap((label, i) =>
    i % every === 0
      ? [
          html`<text x="${at(left + step * (i + 0.5))}" y="${height - 6}" text-anchor="middle"
            >${localDay(label).replace(/-\d{4}$/, '')}</text
          >`,
        ]
      : [],
  );
  return { frame: { width, height, left, top, plotWidth, plotHeight, step, y }, grid: html`<g>${lines}${places}</g>` };
}

/** Places on paper need no more than a tenth. */
export const at = (place: number): string => String(Math.round(place * 10) / 10);

function extremesOf({ series, stacked, labels }: Plot): [number, number] {
  const sums = labels.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0));
  const values = stacked ? sums : series.flatMap((one) => one.values.filter((value) => value !== null));
  return [Math.min(0, ...values), Math.max(0, ...values)];
}

const SPANS = [1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800] as const;

/** Three to six lines at round values, zero among them. */
function scaleOf([least, most]: [number, number], format: Format): { ticks: number[]; low: number; high: number } {
  const raw = (most - least || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const round = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const size =
    format === 'duration'
      ? (SPANS.find((span) => span >= raw) ?? Math.ceil(raw / 604_800) * 604_800)
      : format === 'percent'
        ? round
        : Math.max(round, format === 'integer' ? 1 : 0);
  const first = Math.floor(least / size);
  const last = Math.max(Math.ceil(most / size), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * size);
  return { ticks, low: first * size, high: last * size };
}
