import { readFileSync } from 'node:fs';
import type { Card, Dashboard } from './dashboard.ts';
import { inSpanish } from './in-spanish.ts';

/** A card as the file of its dashboard writes it. */
interface Written extends Omit<Card, 'key' | 'sql' | 'at' | 'description'> {
  /** Spanish: what it is. What it must agree with is taken from the KPI's own comment. */
  readonly about: string;
  /** Row, column, width, height on the grid of 24 columns. */
  readonly at: readonly [row: number, column: number, width: number, height: number];
  /** Where its statement is; without it in the folder of its dashboard. */
  readonly folder?: 'shared';
}

/** An empty number is not a zero: said on every card. */
const NO_DATA = 'Vacío: sin dato, que no es cero.';

/**
 * The cards of a dashboard from what its file writes: the statement of `sql/<folder>/<card>.sql`, and the description with the report
 * that the card's first KPI must agree with.
 * @throws Error when a statement names no KPI, or its KPI says of nothing that it must agree with it
 */
export function makeCards(dashboard: Dashboard['key'], cards: Readonly<Record<string, Written>>): Card[] {
  return Object.entries(cards).map(
    ([
      key,
      {
        about,
        at: [row, column, width, height],
        folder = dashboard,
        ...rest
      },
    ]) => {
      const sql = inSpanish(readFileSync(new URL(`./sql/${folder}/${key}.sql`, import.meta.url), 'utf8'));
      const description = `${about} ${NO_DATA} Debe cuadrar con: ${mustAgreeWith(`${dashboard}/${key}`, sql)}`;
      return { ...rest, key, sql, description, at: { row, column, width, height } };
    },
  );
}

/** What the comment of the first KPI in a statement says that it must agree with. */
function mustAgreeWith(card: string, sql: string): string {
  const kpi = /\b(?:kpi\.|public\.(?=orders\b))(\w+)/.exec(sql)?.[1];
  if (kpi === undefined) throw new Error(`card ${card} asks no KPI`);
  const file = readFileSync(new URL(`../../migrations/kpi/${kpi}.sql`, import.meta.url), 'utf8');
  const said = /^'(?:[^']|'')*Debe cuadrar con: ((?:[^']|'')+)';$/m.exec(file)?.[1];
  if (said === undefined) throw new Error(`migrations/kpi/${kpi}.sql, of card ${card}, does not say what it must agree with`);
  return said.replaceAll("''", "'");
}
