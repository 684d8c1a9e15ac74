import type { IdSequence } from './id-sequence.ts';
import type { Minor } from './model.ts';
import type { ShopLine, ShopShippingLine } from './shop-model.ts';
import type { Random } from './random.ts';
import { IVA, IVA_AND_ILA, split, taxOf } from './tax.ts';
import type { Sellable, WebCatalogue } from './web-catalogue.ts';
import type { WebScenario } from './web-scenarios.ts';

export interface ShopTerms {
  readonly currency: 'CLP' | 'USD';
  readonly taxesIncluded: boolean;
  /** Of goods and of shipping. */
  readonly taxRate: string;
}

export interface Basket {
  readonly lines: ShopLine[];
  readonly shippingLines: ShopShippingLine[];
  readonly tip: Minor;
}

interface Item {
  readonly sellable: Sellable | null;
  readonly quantity: number;
  readonly unitPrice: Minor;
  readonly discount: Minor;
}

/** What one customer put into the basket, with discounts, tax, shipping and tip. Every amount is whole minor units. */
export function fillBasket(
  scenario: WebScenario,
  terms: ShopTerms,
  catalogue: WebCatalogue,
  ids: { readonly line: IdSequence; readonly shipping: IdSequence },
  random: Random,
): Basket {
  const clp = terms.currency === 'CLP';
  const items = discounted(scenario, choose(scenario, clp, catalogue, random), random);
  const lines = items.map((item) => lineOf(item, terms, ids.line.next()));
  if (scenario.basket === 'edited-out') lines[0]!.currentQuantity -= 1;
  const goods = lines.reduce((sum, line) => sum + (line.isGiftCard ? 0 : line.quantity * line.unitPrice - line.discount), 0);
  return {
    lines,
    shippingLines: shipping(scenario, goods, terms, ids.shipping, random),
    tip: scenario.basket === 'tip' ? (clp ? random.int(1, 10) * 500 : random.int(1, 8) * 100) : 0,
  };
}

function choose(scenario: WebScenario, clp: boolean, catalogue: WebCatalogue, random: Random): Item[] {
  const buy = (from: readonly Sellable[], most: number): Item => {
    const sellable = random.pick(from);
    return { sellable, quantity: random.chance(0.75) ? 1 : random.int(1, most), unitPrice: sellable.variant.price, discount: 0 };
  };
  const several = (count: number): Item[] => Array.from({ length: count }, () => buy(catalogue.goods, 3));
  switch (scenario.basket) {
    case 'gift-cards':
      return Array.from({ length: random.int(1, 2) }, () => buy(catalogue.giftCards, 1));
    case 'goods-and-gift-card':
      return [...several(random.int(1, 3)), buy(catalogue.giftCards, 1)];
    case 'digital':
      return [buy(catalogue.digital, 1)];
    case 'many-lines':
      return several(random.int(11, 30));
    case 'wholesale': {
      const item = buy(catalogue.goods, 1);
      return [{ ...item, quantity: Math.ceil((clp ? 6_500_000 : 700_000) / item.unitPrice) }];
    }
    case 'custom-line': {
      const unitPrice = clp ? random.int(10, 90) * 100 : random.int(5, 40) * 100;
      return [...several(1), { sellable: null, quantity: 1, unitPrice, discount: 0 }];
    }
    case 'edited':
      return several(random.int(2, 3));
    case 'edited-out':
      return [{ ...buy(catalogue.goods, 1), quantity: random.int(2, 4) }, ...several(1)];
    default:
      return several(random.chance(0.45) ? 1 : random.int(2, 4));
  }
}

/** Discounts on single lines, on the whole order (spread over its lines), or on everything. */
function discounted(scenario: WebScenario, items: readonly Item[], random: Random): Item[] {
  const gross = (item: Item): Minor => item.quantity * item.unitPrice;
  if (scenario.basket === 'edited-out' || scenario.basket === 'wholesale') return [...items];
  if (scenario.basket === 'free') return items.map((item) => ({ ...item, discount: gross(item) }));
  const own = items.map((item) => {
    const percent = random.pick([10, 15, 20, 30]);
    const cut = random.chance(0.1) && item.sellable?.product.isGiftCard !== true;
    return { ...item, discount: cut ? Math.round((gross(item) * percent) / 100) : 0 };
  });
  const orderPercent = random.pick([5, 10, 15]);
  if (!random.chance(0.14)) return own;
  const left = own.map((item) => (item.sellable?.product.isGiftCard === true ? 0 : gross(item) - item.discount));
  const total = left.reduce((sum, amount) => sum + amount, 0);
  const shares = split(Math.floor((total * orderPercent) / 100), left);
  return own.map((item, index) => ({ ...item, discount: item.discount + shares[index]! }));
}

function lineOf(item: Item, terms: ShopTerms, id: number): ShopLine {
  const { sellable, quantity, unitPrice, discount } = item;
  const taxRate = sellable?.taxRate ?? terms.taxRate;
  const net = quantity * unitPrice - discount;
  const tax = taxOf(net, taxRate, terms.taxesIncluded);
  return {
    id,
    productId: sellable?.product.id ?? null,
    variantId: sellable?.variant.id ?? null,
    sku: sellable?.variant.sku ?? null,
    title: sellable?.product.title ?? 'Grabado a pedido',
    quantity,
    currentQuantity: quantity,
    unitPrice,
    discount,
    isGiftCard: sellable?.product.isGiftCard ?? false,
    tax,
    otherTax: taxRate === IVA_AND_ILA ? tax - taxOf(net - tax, IVA, false) : 0,
    taxRate,
  };
}

function shipping(scenario: WebScenario, goods: Minor, terms: ShopTerms, ids: IdSequence, random: Random): ShopShippingLine[] {
  const clp = terms.currency === 'CLP';
  const price = clp ? random.pick([2990, 3990, 4990, 7990]) : random.pick([599, 799, 1299]);
  const pickup = random.chance(0.12);
  const coupon = random.chance(0.05);
  const sent = scenario.source !== 'pos' && scenario.basket !== 'gift-cards' && scenario.basket !== 'digital';
  if (!sent || (pickup && scenario.basket !== 'free')) return [];
  const free = scenario.basket === 'free' || goods >= (clp ? 60_000 : 12_000);
  const discount = free ? price : coupon ? Math.round(price / 2) : 0;
  return [
    {
      id: ids.next(),
      title: clp ? 'Despacho a domicilio' : 'Standard shipping',
      price,
      discount,
      tax: taxOf(price - discount, terms.taxRate, terms.taxesIncluded),
    },
  ];
}
