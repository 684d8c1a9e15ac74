import type { OdooOrderLine } from '../world/odoo-model.ts';
import type { OdooInvoiceLine, OdooPosLine } from '../world/odoo-account-model.ts';
import type { Environment } from './environment.ts';
import type { Model, Row } from './model.ts';

type Leaf = readonly [field: string, operator: string, value: unknown];

/** What a database's indexes do: the rows that can match, in the order of `rows`, so that big tables are not scanned for every page. */
export function candidates(env: Environment, model: Model, domain: unknown, rows: readonly Row[]): Iterable<Row> {
  const leaves = conjunction(domain);
  const orders = leaves.find(([field, operator]) => field === 'order_id' && operator === 'in');
  if (model.name === 'sale.order.line' && orders !== undefined && Array.isArray(orders[2])) {
    const byOrder = indexed(env.db.orderLines, (line) => line.orderId);
    return orders[2].flatMap((id: unknown) => byOrder.get(Number(id)) ?? []).toSorted((a, b) => a.id - b.id);
  }
  if (model.name === 'pos.order.line' && orders !== undefined && Array.isArray(orders[2])) {
    const byOrder = indexed(env.db.posLines, (line) => line.orderId);
    return orders[2].flatMap((id: unknown) => byOrder.get(Number(id)) ?? []).toSorted((a, b) => a.id - b.id);
  }
  const moves = leaves.find(([field, operator]) => field === 'move_id' && operator === 'in');
  if (model.name === 'account.move.line' && moves !== undefined && Array.isArray(moves[2])) {
    const byMove = indexed(env.db.invoiceLines, (line) => line.moveId);
    return moves[2].flatMap((id: unknown) => byMove.get(Number(id)) ?? []).toSorted((a, b) => a.id - b.id);
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

type Line = OdooOrderLine | OdooInvoiceLine | OdooPosLine;
interface LineIndex {
  readonly length: number;
  readonly last: Line | undefined;
  readonly byParent: ReadonlyMap<number, Line[]>;
}
const lineIndexes = new WeakMap<readonly Line[], LineIndex>();

/** A line never changes its document, so the index lives until lines are added or removed. */
function indexed<L extends Line>(lines: readonly L[], parentOf: (line: L) => number): ReadonlyMap<number, readonly Line[]> {
  const known = lineIndexes.get(lines);
  if (known?.length === lines.length && known.last === lines.at(-1)) return known.byParent;
  const byParent = Map.groupBy(lines, parentOf);
  lineIndexes.set(lines, { length: lines.length, last: lines.at(-1), byParent });
  return byParent;
}
