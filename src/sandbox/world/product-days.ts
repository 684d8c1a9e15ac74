import { convert, decimalText, portion, type Decimal } from './decimal.ts';
import type { DocumentLine, DocumentRefund } from './document.ts';
import type { LedgerEntry } from './sales-ledger.ts';

type Cell = ReturnType<typeof emptyCell>;

/** Products sold and given back by local day: what `kpi.product_days` must hold, by what the lines say of their product. */
export class ProductDays {
  readonly #cells = new Map<string, Cell>();
  readonly #currency: string;

  constructor(currency: string) {
    this.#currency = currency;
  }

  sale(entry: LedgerEntry): void {
    for (const line of entry.document.lines) {
      if (line.kind !== 'product') continue;
      const cell = this.#cell(entry, entry.day, line, 'sale');
      const amount = this.#amount(entry, line.amount);
      if (line.units === null) cell.withoutUnits += 1;
      else cell.unitsSold += line.units;
      if (amount === null) cell.withoutRate += 1;
      else cell.sold = (cell.sold ?? 0n) + amount;
    }
  }

  /** What is taken back is in the tenant's currency, and counted as it was sold: eight dozens are ninety-six. */
  refund(entry: LedgerEntry, day: string, refund: DocumentRefund): void {
    for (const back of refund.lines) {
      const line = entry.document.lines.find(({ id }) => id === back.lineId);
      if (line?.kind !== 'product') continue;
      const cell = this.#cell(entry, day, line, 'return');
      if (line.units === null) cell.withoutUnits += 1;
      else cell.unitsReturned += portion(back.quantity, line.units, line.quantity, 6);
      cell.returned = (cell.returned ?? 0n) + back.amount;
    }
  }

  /** By `day|product|movement`; a product is named by its source and its id there. */
  *rows(): Generator<[string, Record<string, string | null>]> {
    for (const [key, cell] of this.#cells) {
      yield [
        key,
        {
          sku: cell.sku,
          name: cell.name,
          lines: String(cell.lines),
          lines_without_units: String(cell.withoutUnits),
          lines_without_rate: String(cell.withoutRate),
          units_sold: decimalText(cell.unitsSold),
          units_returned: decimalText(cell.unitsReturned),
          amount_sold: cell.sold === null ? null : decimalText(cell.sold),
          amount_returned: cell.returned === null ? null : decimalText(cell.returned),
        },
      ];
    }
  }

  #amount({ document, reported }: LedgerEntry, amount: Decimal): Decimal | null {
    if (document.currency === this.#currency) return amount;
    return reported.rate === null ? null : convert(amount, reported.rate, this.#currency === 'CLP' ? 0 : 2);
  }

  #cell({ document }: LedgerEntry, day: string, line: DocumentLine, movement: 'sale' | 'return'): Cell {
    const sku = line.sku?.trim().toUpperCase() ?? null;
    const unnamed = sku === null ? `name:${line.name.trim().toUpperCase()}` : `sku:${sku}`;
    const key = `${day}|${line.productId === null ? unnamed : `${document.source}:${line.productId}`}|${movement}`;
    const cell = this.#cells.get(key) ?? emptyCell(sku, line.name);
    this.#cells.set(key, cell);
    cell.lines += 1;
    return cell;
  }
}

function emptyCell(sku: string | null, name: string) {
  return {
    sku,
    name,
    lines: 0,
    withoutUnits: 0,
    withoutRate: 0,
    unitsSold: 0n,
    unitsReturned: 0n,
    sold: null as Decimal | null,
    returned: null as Decimal | null,
  };
}
