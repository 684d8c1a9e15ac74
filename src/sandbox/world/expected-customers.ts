import { expectedCarts, type Purchase } from './expected-carts.ts';
import { expectedIdentities } from './expected-identities.ts';
import { decimalText } from './decimal.ts';
import type { ExpectedRow } from './model.ts';
import { salesLedger, type TenantSources } from './sales-ledger.ts';

interface Sums {
  sales: number;
  unrated: number;
  total: bigint;
  untaxed: bigint;
  first: string;
  last: string;
}

/** What each identity bought, in all and by day, and its carts. */
export function* expectedCustomers(sources: TenantSources): Generator<ExpectedRow> {
  const { rut } = sources.tenant;
  const identityOf = expectedIdentities(sources);
  const all = new Map<string, Sums>();
  const days = new Map<string, Sums>();
  const purchases: Purchase[] = [];
  for (const { document, day, reported, isSale } of salesLedger(sources)) {
    const identity = document.customerId === null ? null : identityOf(document.source, document.customerId);
    if (!isSale || identity === null) continue;
    purchases.push({ identity, time: document.time });
    for (const [into, key] of [
      [all, identity],
      [days, `${identity}|${day}`],
    ] as const) {
      const sums = into.get(key) ?? { sales: 0, unrated: 0, total: 0n, untaxed: 0n, first: day, last: day };
      sums.sales += 1;
      if (reported.amounts === null) sums.unrated += 1;
      sums.total += reported.amounts?.total ?? 0n;
      sums.untaxed += reported.amounts?.untaxed ?? 0n;
      if (day < sums.first) sums.first = day;
      if (day > sums.last) sums.last = day;
      into.set(key, sums);
    }
  }
  for (const [identity, sums] of all) {
    const values = { ...amounts(sums), first_day: sums.first, last_day: sums.last };
    yield { rut, table: 'kpi.customer_sales', sourceId: identity, values };
  }
  const before = new Map<string, number>();
  for (const [key, sums] of [...days].sort(([, a], [, b]) => (a.first < b.first ? -1 : 1))) {
    const identity = key.slice(0, key.lastIndexOf('|'));
    const earlier = before.get(identity) ?? 0;
    before.set(identity, earlier + sums.sales);
    const values = { ...amounts(sums), sales_before: String(earlier), first_day: all.get(identity)!.first };
    yield { rut, table: 'kpi.customer_sales_daily', sourceId: key, values };
  }
  yield* expectedCarts(sources, identityOf, purchases);
}

function amounts({ sales, unrated, total, untaxed }: Sums): Record<string, string> {
  return {
    sales: String(sales),
    sales_without_rate: String(unrated),
    amount_total: decimalText(total),
    amount_untaxed: decimalText(untaxed),
  };
}
