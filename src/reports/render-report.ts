import { readFileSync } from 'node:fs';
import type { Dashboard } from '../dashboards/dashboard.ts';
import { formatValue, localDay, localInstant, type Locale } from './format-value.ts';
import { html, Markup } from './markup.ts';
import type { Answers, ReadCard } from './read-cards.ts';
import { heightOf } from './card-height.ts';
import { renderCard } from './render-card.ts';

export interface ReportPage {
  readonly dashboard: Pick<Dashboard, 'title' | 'description' | 'filters'>;
  /** Null: over all companies. */
  readonly company: { readonly name: string; readonly rut: string } | null;
  readonly answers: Answers;
  readonly locale: Locale;
}

const STYLE = new Markup(readFileSync(new URL('./report.css', import.meta.url), 'utf8'));
/** A table of more rows may go over a page; everything else is kept together. */
const KEPT_ROWS = 16;

/** A dashboard as one page of HTML that needs nothing else: it loads nothing and runs nothing, which its own policy also says. */
export function renderReport({ dashboard, company, answers, locale }: ReportPage): string {
  const whose = company === null ? 'Todas las empresas' : company.name;
  const page = html`<!doctype html>
    <html lang="es">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width" />
        <title>${dashboard.title} – ${whose}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <header>
          <div>
            <h1>${dashboard.title}</h1>
            <p class="company">${company === null ? whose : html`<b>${company.name}</b> · RUT ${company.rut}`}</p>
            <p>${dashboard.description}</p>
          </div>
          <div class="facts">${factsOf(answers, dashboard, locale)}</div>
        </header>
        <p class="note">
          «sin dato» no es cero: los datos leídos no cubren por completo ese día o período. Horas de ${locale.timeZone}, montos en
          ${locale.currency}.
        </p>
        <main>${bandsOf(answers.cards).flatMap((band) => renderBand(band, locale))}</main>
      </body>
    </html>`;
  return page.text;
}

/** Period, other filters, how far the data are whole, when it was read. */
function factsOf({ filters, cards, readAt }: Answers, dashboard: ReportPage['dashboard'], locale: Locale): Markup[] {
  const [from, until] = [filters['desde'], filters['hasta']];
  const others = dashboard.filters.filter(({ slug }) => slug !== 'desde' && slug !== 'hasta' && (filters[slug] ?? null) !== null);
  const asOf = cards.find(({ card }) => card.key === 'as-of');
  const wholeUntil = asOf === undefined ? null : formatValue(asOf.rows[0]?.[0] ?? null, 'instant', locale);
  return [
    ...(from && until ? [html`<p>Período: <b>${localDay(from)} a ${localDay(until)}</b></p>`] : []),
    ...others.map(({ slug, title }) => html`<p>${title}: <b>${filters[slug] ?? ''}</b></p>`),
    ...(wholeUntil === null ? [] : [html`<p>Datos completos hasta: <b>${wholeUntil}</b></p>`]),
    html`<p>Emitido: ${localInstant(readAt, locale.timeZone)}</p>`,
  ];
}

/** Cards that share rows of the grid, from top to bottom: what is beside each other stays so, and a page breaks only between. */
function bandsOf(cards: readonly ReadCard[]): ReadCard[][] {
  const bands: { end: number; cards: ReadCard[] }[] = [];
  for (const read of [...cards].sort((a, b) => a.card.at.row - b.card.at.row || a.card.at.column - b.card.at.column)) {
    const { row, height } = read.card.at;
    const last = bands.at(-1);
    if (last === undefined || row >= last.end) bands.push({ end: row + height, cards: [read] });
    else {
      last.cards.push(read);
      last.end = Math.max(last.end, row + height);
    }
  }
  return bands.map((band) => band.cards);
}

/** A long table has the whole width to itself and may go over pages; what stood beside it stays together. */
function renderBand(cards: readonly ReadCard[], locale: Locale): Markup[] {
  const isLong = ({ card, rows }: ReadCard) => card.display === 'table' && rows.length > KEPT_ROWS;
  const short = cards.filter((read) => !isLong(read));
  const first = Math.min(...short.map(({ card }) => card.at.row));
  const tallest = Math.max(...short.map(({ card }) => columnHeight(short, card.at.column)));
  const drawn = short.map((read) => {
    if (short.length < cards.length && short.length === 1) return renderAlone(read, locale);
    const { row, column, width, height } = read.card.at;
    const place = `grid-column:${column + 1}/span ${width};grid-row:${row - first + 1}/span ${height}`;
    const alone = short.filter(({ card }) => card.at.column === column).length === 1;
    return html`<section class="card" style="${place}">${renderCard(read, locale, alone ? tallest - heightOf(read, 0) : 0)}</section>`;
  });
  return [
    ...(short.length === 0 ? [] : [html`<div class="band">${drawn}</div>`]),
    ...cards.filter(isLong).map((read) => html`<section class="card long">${renderCard(read, locale)}</section>`),
  ];
}

/** What the cards that begin in one column of a band need, one above the other. */
const columnHeight = (band: readonly ReadCard[], column: number): number =>
  band.filter(({ card }) => card.at.column === column).reduce((sum, read) => sum + heightOf(read), 0);

/** A card with nothing beside it: over the whole width. */
function renderAlone({ card, rows }: ReadCard, locale: Locale): Markup {
  const wide = { card: { ...card, at: { ...card.at, width: 24 } }, rows };
  return html`<section class="card" style="grid-column:1/-1">${renderCard(wide, locale)}</section>`;
}
