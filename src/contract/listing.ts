import type { ReadContext } from './connector.ts';
import type { Entity } from './entities.ts';

/** Rows that each stand for one record of a list. */
export interface ListedRows {
  readonly entity: Entity;
  /**
   * Pattern (POSIX) of their source ids with one group: the id that the list gives. Other rows of the entity (of another stream, of a
   * document that the record is not) do not match.
   */
  readonly ids: string;
}

/** What is asked for: records made in `[from, until)`, UTC instants; null: all there are. */
export type ListedRange = { readonly from: string; readonly until: string } | null;

/** Ids of a list as they come. */
export interface ListedPage {
  readonly ids: readonly string[];
  /** Only on the last page. */
  readonly end?: {
    /** The source's own counts of all records of the range, taken before and after the list was read. */
    readonly counted: readonly number[];
    /** Records made before this instant are not shown to us although they exist; null when nothing is hidden. */
    readonly visibleFrom: string | null;
  };
}

/** What became of one record: still there, deleted, or there but not for us to see. */
export type Look = 'there' | 'gone' | 'hidden';

/**
 * How a source tells which records there are, without reading them. Only where it keeps them until somebody deletes them: where it
 * prunes by age, absence says nothing.
 */
export interface Listing<S> {
  readonly rows: readonly ListedRows[];
  /** Rows that go with a row of `rows` because they are part of it: by entity, the entities that refer to it. */
  readonly parts: Readonly<Partial<Record<Entity, readonly Entity[]>>>;
  /** @throws SourceError */
  list(context: ReadContext<S>, range: ListedRange): AsyncGenerator<ListedPage, void, void>;
  /**
   * Looks at records one by one, by their ids: a list may leave out what is there. At most 200 at a time.
   * @returns one look for each id, in their order
   * @throws SourceError
   */
  look(context: ReadContext<S>, ids: readonly string[]): Promise<readonly Look[]>;
}
