import type { Minor } from './model.ts';

/** IVA in Chile. */
export const IVA = '0.19';
/** IVA and the tax on wine and beer (ILA 20.5 %) together. */
export const IVA_AND_ILA = '0.395';

/** Tax within an amount (prices include it) or on top of it. `rate` is text such as '0.19'; whole minor units, halves up. */
export function taxOf(amount: Minor, rate: string, included: boolean): Minor {
  const millionths = Math.round(Number(rate) * 1_000_000);
  const sign = amount < 0 ? -1 : 1;
  const size = Math.abs(amount);
  const tax = included ? size - Math.round((size * 1_000_000) / (1_000_000 + millionths)) : Math.round((size * millionths) / 1_000_000);
  return tax === 0 ? 0 : sign * tax;
}

/** Splits an amount over parts by their weights so that the shares add up exactly: the remainder goes to the largest ones first. */
export function split(amount: Minor, weights: readonly Minor[]): Minor[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const shares = weights.map((weight) => Math.floor((amount * weight) / sum));
  let rest = amount - shares.reduce((total, share) => total + share, 0);
  const bySize = weights.map((weight, index) => ({ weight, index })).toSorted((a, b) => b.weight - a.weight || a.index - b.index);
  for (const { index } of bySize) {
    if (rest === 0) break;
    shares[index]! += 1;
    rest -= 1;
  }
  return shares;
}
