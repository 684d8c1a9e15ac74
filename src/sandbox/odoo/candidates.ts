import type { OdooOrderLine } from '../world/model.ts';
import type { Environment } from './environment.ts';
import type { Model, Row } from './model.ts';

type Leaf = readonly [field: string, operator: string, value: unknown];

/** What a database's indexes do: the rows that can match, in the order of `rows`, so that big tables are not scanned for every page. */
export function candidates(env: Environment, model: Model, domain: unknown, rows: readonly Row[]): Iterable<Row> {
  const leaves = conjunction(domain);
  const orders = leaves.find(([field, operator]) => field === 'order_id' && operator === 'in');
  if (model.name === 'sale.order.line' && orders !== undefined && Array.isArray(orders[2])) {
    const byOrder = linesByOrder(env.db.orderLines);
    return orders[2].flatMap((id: unknown) => byOrder.get(Number(id)) ?? []).toSorted((a, b) => a.id - b.id);
  }
  const above = leaves.find(([field, operator, value]) => field === 'id' && operator === '>' && typeof value === 'number');
  return above === undefined || !ascending(rows) ? rows : from(rows, Number(above[2]));
}

/** Conditions that hold for every match: those that stand under no operator. */
function conjunction(domain: unknown): Leaf[] {
  const found: Leaf[] = [];
  let pending = 0;
  for (const term of Array.isArray(domain) ? (domain as unknown[]) : []) {
    if (Array.isArray(term)) {
      if (pending === 0) found.push(term as unknown as Leaf);
      else pending -= 1;
    } else if (term === '!') pending += pending === 0 ? 1 : 0;
    else pending += pending === 0 ? 2 : 1;
  }
  return found;
}

const ascendingSeen = new WeakMap<readonly Row[], number>();

/** Whether ids rise; asked again only when rows were added or removed. */
export function ascending(rows: readonly Row[]): boolean {
  if (ascendingSeen.get(rows) === rows.length) return true;
  const rising = rows.every((row, index) => index === 0 || (rows[index - 1]?.id ?? 0) < row.id);
  if (rising) ascendingSeen.set(rows, rows.length);
  return rising;
}

function* from(rows: readonly Row[], id: number): Generator<Row> {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.id ?? 0) <= id) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < rows.length; index++) yield rows[index]!;
}

interface LineIndex {
  readonly length: number;
  readonly last: OdooOrderLine | undefined;
  readonly byOrder: ReadonlyMap<number, OdooOrderLine[]>;
}
const lineIndexes = new WeakMap<readonly OdooOrderLine[], LineIndex>();

/** A line never changes its order, so the index lives until lines are added or removed. */
function linesByOrder(lines: readonly OdooOrderLine[]): ReadonlyMap<number, OdooOrderLine[]> {
  const known = lineIndexes.get(lines);
  if (known?.length === lines.length && known.last === lines.at(-1)) return known.byOrder;
  const byOrder = Map.groupBy(lines, (line) => line.orderId);
  lineIndexes.set(lines, { length: lines.length, last: lines.at(-1), byOrder });
  return byOrder;
}
