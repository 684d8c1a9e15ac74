import type { ReadContext } from './connector.ts';
import type { Entity } from './entities.ts';

/** What there is of one day. */
export interface DayTotal {
  /** `YYYY-MM-DD` in the zone that was asked for. */
  readonly day: string;
  readonly count: number;
  /** Money by currency, as decimal text; null where the source does not add it up. */
  readonly amounts: Readonly<Record<string, string>> | null;
}

export interface DayTotals {
  /** Days without a record may be left out. */
  readonly days: readonly DayTotal[];
  /** First day that the source can still tell of; null: every day. */
  readonly firstDay: string | null;
}

/** Where the warehouse holds what is totalled, a row for each record. */
export interface TotalledRows {
  readonly entities: readonly Entity[];
  /** Column with the day: a time, or a date. */
  readonly at: string;
  /** Pattern (POSIX) of their source ids, where other streams of the connection write records of the same entity. */
  readonly ids?: string;
  /** Rows that the source does not count: those with one of these words in this column. */
  readonly without?: { readonly column: string; readonly words: readonly string[] };
  /**
   * Columns of amount and currency, where the source adds money up. `lines`: kind of line whose amount the warehouse has taken out of the
   * document's and which is added back.
   */
  readonly money?: { readonly amount: string; readonly currency: string; readonly lines?: string };
}

/** Days to be told of, both included, with the instants that bound them. */
export interface TotalledDays {
  readonly first: string;
  readonly last: string;
  /** UTC instants, half-open. */
  readonly from: string;
  readonly until: string;
  readonly timeZone: string;
}

/** Counts and sums by day that a source gives cheaply: with a request or two for all days together, or by a list of ids. */
export interface Totals<S> {
  readonly rows: TotalledRows;
  /** @throws SourceError */
  read(context: ReadContext<S>, days: TotalledDays): Promise<DayTotals>;
}
