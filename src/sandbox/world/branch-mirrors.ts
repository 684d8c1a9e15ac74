import { roleOf } from './branch-shop.ts';
import type { Calendar } from './calendar.ts';
import type { DefectClass } from './defect-kinds.ts';
import { instantOf } from './instants.ts';
import type { MirrorTerms } from './mirrors.ts';
import { ODOO_CURRENCIES, type Entry, type OdooBook } from './odoo-book.ts';
import { grossLine } from './odoo-lines.ts';
import { Random } from './random.ts';
import type { WebSale } from './web-orders.ts';
import type { Mirrored } from './web-papers.ts';

/** Sales team of the ERP that the second shop's orders belong to, and one that no shop calls its own. */
const TEAM = { export: 3, nobody: 2 } as const;

export interface BranchDefect {
  readonly class: DefectClass;
  readonly webOrderId: number | null;
  readonly entry: Entry;
}

/**
 * Books the second shop's orders into the ERP, by its prefix or its sales team; some at another day's rate, some in pesos. And documents of a
 * team that is nobody's which cite a number that both shops have.
 * @param taken numbers of the first shop's orders
 */
export function bookBranch(
  sales: readonly WebSale[],
  taken: ReadonlySet<string>,
  {
    seed,
    book,
    terms,
    calendar,
  }: { readonly seed: number; readonly book: OdooBook; readonly terms: MirrorTerms; readonly calendar: Calendar },
): { readonly mirrored: readonly Mirrored[]; readonly defects: readonly BranchDefect[] } {
  const mirrored: Mirrored[] = [];
  const defects: BranchDefect[] = [];
  const both = sales.filter(({ order }) => taken.has(order.name));
  for (const [index, sale] of sales.entries()) {
    const { order, processed } = sale;
    const random = new Random(seed, `branch mirror ${index}`);
    const role = roleOf(index, sales.length);
    const currency = role === 'in pesos' ? 'CLP' : 'USD';
    const price = order.lines[0]!.unitPrice;
    const gross = currency === 'CLP' ? Math.round((price * ODOO_CURRENCIES.USD.pesos) / 100) : price;
    // A week to or fro in the same month: another working day's rate, and no cut-off.
    const dayOfMonth = Number(instantOf(processed).slice(8, 10));
    const date = role === 'at another rate' ? processed + (dayOfMonth <= 15 ? 7 : -7) * 86_400_000 : processed;
    const written = calendar.after(date, 900);
    const shared = {
      companyId: terms.companyId,
      partnerId: terms.partners.webCustomer.id,
      name: null,
      microseconds: random.int(0, 990_000),
      written,
      created: calendar.after(date, 5),
    };
    const line = (amount: number) =>
      grossLine({ productId: terms.goods.shared.unlisted.id, name: 'Alfombra de lana', quantity: 1, gross: amount, tax: 0, rate: '0' });
    const entry = book.add({
      ...shared,
      rank: (index + 0.3) / sales.length,
      clientOrderRef: index % 2 === 0 ? `EXP_${order.name}` : order.name,
      shopifyOrderId: role === 'in pesos' ? String(order.id) : null,
      teamId: TEAM.export,
      state: 'sale',
      currency,
      date,
      invoiceStatus: 'invoiced',
      deliveryStatus: 'full',
      lines: [line(gross)],
    });
    const found = role === 'at another rate' ? 'fx' : role === 'in pesos' ? 'currency' : null;
    mirrored.push({ entry, sale, twist: null, defect: found });
    if (found !== null) defects.push({ class: found, webOrderId: order.id, entry });
    if (role !== 'cited by a stranger') continue;
    const stranger = book.add({
      ...shared,
      rank: (index + 0.6) / sales.length,
      clientOrderRef: (both[index % both.length] ?? sale).order.name,
      teamId: TEAM.nobody,
      state: 'sale',
      currency: 'CLP',
      date: processed,
      invoiceStatus: 'to invoice',
      deliveryStatus: 'pending',
      lines: [line(random.int(20, 900) * 100 - 10)],
    });
    defects.push({ class: 'duplicate_ref', webOrderId: null, entry: stranger });
  }
  return { mirrored, defects };
}
