import type { Format } from '../dashboards/dashboard.ts';
import { formatValue, NO_DATA, placesOf, type Locale } from './format-value.ts';
import { html, type Markup } from './markup.ts';
import type { ReadCard } from './read-cards.ts';
import { renderChart, renderPie, renderRows } from './render-chart.ts';

/** Width of the page's grid at 96 dpi: A4 across, without its margins. */
const PAGE_WIDTH = 1060;
/** Paper is no place for whole lists. */
const MOST_ROWS = 40;
/** A word up to here is not broken: a RUT, a code. */
const SHORT_WORD = 16;
const FIGURE_SIGN_PX = 14;
const NUMBERS: ReadonlySet<Format> = new Set(['integer', 'decimal', 'money', 'percent', 'duration']);

/** One card with its title, and what it is in small print. @param room height that a chart may fill, where cards beside it are taller */
export function renderCard(read: ReadCard, locale: Locale, room = 0): Markup {
  const { card } = read;
  const [about] = card.description.split(' Vacío: ');
  return html`<h2>${card.title}</h2>
    ${bodyOf(read, locale, room)}
    <p class="about">${about ?? ''}</p>`;
}

function bodyOf(read: ReadCard, locale: Locale, room: number): Markup {
  const { card, rows } = read;
  if (card.display === 'scalar' || card.display === 'progress') return scalar(read, locale);
  if (rows.length === 0) return html`<p class="none">Sin registros</p>`;
  if (card.axis === undefined || card.display === 'table') return table(read, locale);
  if (card.display === 'row') return renderRows(read, card.axis, locale);
  if (card.display === 'pie') return renderPie(read, card.axis, locale);
  return renderChart(read, card.axis, { width: widthOf(card), room }, locale) ?? html`<p class="none">${NO_DATA}</p>`;
}

/** Room inside of a card, in pixels at 96 dpi. */
const widthOf = (card: ReadCard['card']): number => Math.round((card.at.width / 24) * PAGE_WIDTH) - 34;

/** The first column is the figure; the others stand beneath it. */
function scalar({ card, rows }: ReadCard, locale: Locale): Markup {
  const [row] = rows;
  const values = Object.values(card.columns).map(({ title, format }, i) => ({
    title,
    text: formatValue(row?.[i] ?? null, format, locale),
  }));
  const [figure, ...beneath] = values;
  const said = figure?.text ?? NO_DATA;
  const size = said === NO_DATA ? 'empty' : said.length * FIGURE_SIGN_PX > widthOf(card) ? 'long' : '';
  return html`<p class="figure ${size}">${said}</p>
    <dl>${beneath.map(({ title, text }) => html`<div><dt>${title}</dt><dd${text === NO_DATA ? EMPTY : null}>${text}</dd></div>`)}</dl>`;
}

const EMPTY = html` class="empty"`;

function table({ card, rows }: ReadCard, locale: Locale): Markup {
  const columns = Object.values(card.columns);
  const side = (format: Format) => (NUMBERS.has(format) ? 'number' : format === 'text' ? 'text' : 'time');
  const shown = rows.slice(0, MOST_ROWS);
  // Amounts of several currencies have each the decimals of its own.
  const mixed = Object.keys(card.columns).some((name) => name.includes('currency'));
  const valuesOf = (i: number) => shown.map((row) => row[i] ?? null);
  const places = columns.map(({ format }, i) => (mixed && format === 'decimal' ? undefined : placesOf(valuesOf(i), format)));
  const head = columns.map(({ title, format }) => html`<th scope="col" class="${side(format)}">${title}</th>`);
  const body = shown.map(
    (row) =>
      html`<tr>
        ${columns.map(({ format }, i) => {
          const value = row[i] ?? null;
          const text = formatValue(value, format, locale, places[i]);
          if (format !== 'text') return html`<td class="${side(format)}${value === null ? ' empty' : ''}">${text}</td>`;
          // An empty text is no missing number: most such columns say what is wrong, where something is.
          if (value === null) return html`<td></td>`;
          const longest = Math.max(...text.split(/\s/).map((word) => word.length));
          const isShort = text.length <= SHORT_WORD && !/\s/.test(text);
          return html`<td class="${isShort ? 'short' : longest > SHORT_WORD ? 'long' : 'text'}">${text}</td>`;
        })}
      </tr>`,
  );
  // A place or a count before its name needs no room.
  const ranked = columns.length > 1 && side(columns[0]!.format) === 'number' && columns[1]!.format === 'text';
  return html`<table class="${columns.length > 6 ? 'wide' : 'plain'}${ranked ? ' ranked' : ''}">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
    ${rows.length > MOST_ROWS ? html`<p class="cut">Se muestran ${MOST_ROWS} de ${INTEGER.format(rows.length)} filas.</p>` : null}`;
}

const INTEGER = new Intl.NumberFormat('es-CL', { useGrouping: 'always' });
