import type { ReadCard } from './read-cards.ts';

/** Title, small print and padding. */
const AROUND = 74;
const FIGURE = 34;
const LINE = 17.5;
const HEAD = 24;
const ROW = 19.5;
const LEGEND = 18;
const CHART = 192;

/**
 * About how high a card stands on the page, in pixels at 96 dpi, before it is drawn: what is beside it may use the room.
 * @param chart height of its chart, if it is one
 */
export function heightOf({ card, rows }: ReadCard, chart = CHART): number {
  if (card.display === 'scalar' || card.display === 'progress') return AROUND + FIGURE + LINE * (Object.keys(card.columns).length - 1);
  if (card.display === 'table' || card.axis === undefined) return AROUND + HEAD + ROW * rows.length;
  if (card.display === 'row') return AROUND + ROW * rows.length;
  return AROUND + LEGEND + chart;
}
