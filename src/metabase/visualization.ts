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
  switch (format) {
    case 'text':
      return {};
    case 'integer':
      return { ...SEPARATORS, number_style: 'decimal', decimals: 0 };
    case 'decimal':
      return { ...SEPARATORS, number_style: 'decimal', decimals: 1 };
    case 'money':
      return money === null
        ? { ...SEPARATORS, number_style: 'decimal' }
        : {
            ...SEPARATORS,
            number_style: 'currency',
            currency: money.currency,
            currency_style: 'symbol',
            currency_in_header: false,
            decimals: money.decimals,
          };
    case 'percent':
      return { ...SEPARATORS, number_style: 'percent', decimals: 1 };
    case 'duration':
      return { ...SEPARATORS, number_style: 'decimal' };
    case 'date':
      return { date_style: 'D/M/YYYY', time_enabled: null };
    case 'instant':
      return { date_style: 'D/M/YYYY', time_enabled: 'minutes', time_style: 'HH:mm' };
  }
}
