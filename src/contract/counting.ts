import type { Entity } from './entities.ts';
import type { Notice, ReadContext } from './connector.ts';

/** A range of time in UTC instants, half-open: `[from, until)`. */
export interface InstantRange {
  readonly from: string;
  readonly until: string;
}

/**
 * How far a number may be relied on. `exact`: so many, now. `floor`: at least so many; the source stopped counting, or hides some.
 * `about`: worked out (from ids, from whole days), so the truth lies on either side.
 */
export type Precision = 'exact' | 'floor' | 'about';

export interface RecordCount {
  readonly count: number;
  readonly precision: Precision;
  /** The range that was counted exactly instead, where the source counts whole days only: it holds the range asked for. */
  readonly of?: InstantRange;
}

export interface RangeCounts {
  /** One for each range asked for, in their order. */
  readonly counts: readonly RecordCount[];
  /** What the source cannot give of the ranges, or hides without saying so in its answers. */
  readonly notices: readonly Notice[];
}

/** Where the warehouse holds what is counted, row for record. */
export interface CountedRows {
  /** Column of the entity's table with the time that the ranges are about. */
  readonly at: string;
  /** Pattern (POSIX) of their source ids, where other streams of the connection write records of the same entity. */
  readonly ids?: string;
}

/** How many records a source says it has, without reading them: for plans, and to know afterwards that nothing is missing. */
export interface Counting<S> {
  /** Kind of record that is counted: a backfill's read gives one draft of it, or one reject, for each. */
  readonly entity: Entity;
  /** Null where rows cannot be told apart by range as the source counts them; then a count serves plans only. */
  readonly rows: CountedRows | null;
  /**
   * Counts what a backfill of each range would read: with a request or two for each range, or for all of them, never by a walk.
   * @throws SourceError
   */
  count(context: ReadContext<S>, ranges: readonly InstantRange[]): Promise<RangeCounts>;
}
