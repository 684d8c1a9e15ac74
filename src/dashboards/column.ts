import type { Card, Format } from './dashboard.ts';

type Column = Card['columns'][string];

const of =
  (format: Format) =>
  (title: string): Column => ({ title, format });

/** Columns of an answer, by how they are shown; the title is Spanish. */
export const column = {
  text: of('text'),
  integer: of('integer'),
  decimal: of('decimal'),
  /** In the tenant's currency. */
  money: of('money'),
  /** A share from 0 to 1. */
  percent: of('percent'),
  /** Seconds. */
  duration: of('duration'),
  date: of('date'),
  instant: of('instant'),
} as const;
