import { adminError } from './admin-error.ts';
import type { SortedList, SortField } from './sorted-list.ts';
import type { StampRange } from './search-query.ts';

export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface Connection<T> {
  readonly nodes: T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What a window serves at most, counted over all its pages. */
const DEEPEST = 25_000;

interface Place {
  /** What the list is sorted by: a cursor is worth nothing in another order. */
  readonly sort: string;
  readonly key: string;
  readonly id: number;
  /** Records up to here. */
  readonly depth: number;
}

/** A page of a sorted list, as nodes made by `view`. */
export function listConnection<T extends { readonly id: number }, V>(
  list: SortedList<T>,
  { sort, ranges, args }: { sort: SortField; ranges: readonly StampRange[]; args: PageArgs },
  view: (item: T) => V,
): Connection<V> {
  const first = pageSize(args);
  const after = readCursor(args.after, sort);
  const depth = (after?.depth ?? 0) + first;
  if (depth > DEEPEST) throw adminError('BAD_REQUEST', `Pagination is limited to ${DEEPEST} objects.`);
  const { items, more } = list.page(sort, ranges, after, first);
  const last = items.at(-1);
  const end = last === undefined ? null : writeCursor({ sort, key: list.keyOf(sort, last), id: last.id, depth });
  return { nodes: items.map(view), pageInfo: { hasNextPage: more, endCursor: end } };
}

/** A page of the children of one record, in the order they are in. */
export function childConnection<T, V>(items: readonly T[], args: PageArgs, view: (item: T) => V): Connection<V> {
  const first = pageSize(args);
  const after = readCursor(args.after, 'child')?.depth ?? 0;
  const nodes = items.slice(after, after + first).map(view);
  const end = nodes.length === 0 ? null : writeCursor({ sort: 'child', key: '', id: 0, depth: after + nodes.length });
  return { nodes, pageInfo: { hasNextPage: items.length > after + nodes.length, endCursor: end } };
}

function pageSize({ first }: PageArgs): number {
  if (first === null || first === undefined) throw adminError('BAD_REQUEST', 'you must provide one of first or last');
  if (first < 1 || first > 250) throw adminError('BAD_REQUEST', `first must be between 1 and 250, not ${first}`);
  return first;
}

function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.sort, place.key, place.id, place.depth])).toString('base64');
}

function readCursor(cursor: string | null | undefined, sort: string): Place | null {
  if (cursor === null || cursor === undefined) return null;
  const refuse = () => adminError(null, 'Invalid cursor for current pagination sort.');
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'));
  } catch {
    throw refuse();
  }
  if (!Array.isArray(parts) || parts[0] !== sort) throw refuse();
  return { sort, key: String(parts[1]), id: Number(parts[2]), depth: Number(parts[3]) };
}
