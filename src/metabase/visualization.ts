import type { Card, Format } from '../dashboards/dashboard.ts';

/** The tenant's currency; null where several may meet in one column. */
export interface Money {
  readonly currency: string;
  readonly decimals: number;
}

/** A card's look as Metabase keeps it: titles and formats of columns, axes of charts. */
export function visualizationOf(card: Pick<Card, 'display' | 'columns' | 'axis'>, money: Money | null): Record<string, unknown> {
  const columns = Object.entries(card.columns);
  const looks = columns.map(([name, { title, format }]) => [
    JSON.stringify(['name', name]),
    { column_title: title, ...lookOf(format, money) },
  ]);
  const settings: Record<string, unknown> = { column_settings: Object.fromEntries(looks) };
  const [first] = columns;
  if ((card.display === 'scalar' || card.display === 'progress') && first !== undefined) settings['scalar.field'] = first[0];
  if (card.axis === undefined) return settings;
  const { x, y, stacked = false } = card.axis;
  if (card.display === 'pie') return { ...settings, 'pie.dimension': x, 'pie.metric': y[0] };
  return {
    ...settings,
    'graph.dimensions': [x],
    'graph.metrics': [...y],
    'graph.x_axis.title_text': card.columns[x]?.title ?? x,
    ...(stacked ? { 'stackable.stack_type': 'stacked' } : {}),
  };
}

// Chile writes 1.234.567,8.
const SEPARATORS = { number_separators: ',.' };

function lookOf(format: Format, money: Money | null): Record<string, unknown> {
  if (format !== 'money') return LOOKS[format];
  if (money === null) return LOOKS.integer;
  const { currency, decimals } = money;
  return { ...SEPARATORS, number_style: 'currency', currency, currency_style: 'symbol', currency_in_header: false, decimals };
}

const DAY = { date_style: 'D/M/YYYY' };
const LOOKS: Record<Exclude<Format, 'money'>, Record<string, unknown>> = {
  text: {},
  integer: { ...SEPARATORS, number_style: 'decimal', decimals: 0 },
  decimal: { ...SEPARATORS, number_style: 'decimal', decimals: 1 },
  percent: { ...SEPARATORS, number_style: 'percent', decimals: 1 },
  duration: { ...SEPARATORS, number_style: 'decimal', decimals: 1, suffix: ' s' },
  date: { ...DAY, time_enabled: null },
  instant: { ...DAY, time_enabled: 'minutes', time_style: 'HH:mm' },
};
