import type { Page, ReadContext } from './connector.ts';
import type { Entity } from './entities.ts';

/** A refused record, as the quarantine keeps it. */
export interface RefusedRecord {
  readonly entity: Entity;
  /** Null where the record itself did not show it. */
  readonly sourceId: string | null;
  /** After the white-list; null when it was too long to be kept whole. */
  readonly payload: unknown;
}

/**
 * How single records are read again, once what refused them is repaired. What the quarantine keeps is not enough to make a record from: it
 * went through the white-list, and the source may have changed it since.
 */
export interface Rereading<S> {
  /** Id, in the stream's own list, of the record that a refused one is or is part of. Null when that cannot be told. Pure. */
  recordOf(refused: RefusedRecord): string | null;
  /**
   * Pages of these records as they are now, in full. Those that the source no longer shows are left out. Cursors of these pages are not kept.
   * @throws SourceError
   */
  read(context: ReadContext<S>, ids: readonly string[]): AsyncGenerator<Page, void, void>;
}
