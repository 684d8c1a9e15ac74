import type { ErpScenario } from './erp-scenarios.ts';
import type { OdooProduct } from './odoo-model.ts';
import { ODOO_CURRENCIES, type LineSketch } from './odoo-book.ts';
import { ODOO_UNITS, type OdooGoods } from './odoo-catalogue.ts';
import { netLine, textLine } from './odoo-lines.ts';
import type { Random } from './random.ts';
import { IVA, IVA_AND_ILA } from './tax.ts';

/** Lines of one sale, priced without tax. */
export function erpLines(story: ErpScenario, goods: OdooGoods, own: readonly OdooProduct[], random: Random): LineSketch[] {
  const rate = story.lines === 'wine' ? IVA_AND_ILA : story.lines === 'exempt' ? '0' : IVA;
  const count = story.lines === 'many' ? random.int(12, 40) : random.chance(0.5) ? 1 : random.int(2, 4);
  const lines = Array.from({ length: count }, () => productLine(story, random.pick(own), rate, random));
  switch (story.lines) {
    case 'discount line': {
      const { id, name } = goods.shared.discount;
      return [...lines, netLine({ productId: id, name, quantity: 1, priceUnit: -random.int(1, 9) * 1000, rate })];
    }
    case 'paid by gift card':
      return [...lines, giftCardPayment(goods, lines, random)];
    case 'sections': {
      const advance = { ...netLine({ productId: goods.shared.unlisted.id, name: 'Anticipo', quantity: 0, priceUnit: 50_000, rate }) };
      return [
        textLine('section', 'Materiales'),
        ...lines,
        textLine('note', 'Entregar en la mañana'),
        textLine('section', 'Anticipos'),
        { ...advance, kind: 'down payment' },
      ];
    }
    default:
      return story.website === true ? [...lines, shippingLine(goods, random)] : lines;
  }
}

/** Prices in pesos are multiples of ten thousand, so that a discount in percent leaves no fraction anywhere. */
function productLine(story: ErpScenario, product: OdooProduct, rate: string, random: Random): LineSketch {
  const { digits, pesos } = ODOO_CURRENCIES[story.currency ?? 'CLP'];
  const price = random.int(1, 60) * 10_000;
  const quantity = random.chance(0.1) ? random.int(2, 24) + 0.5 : random.int(1, 12);
  const discount = random.pick([5, 10, 20, 25]);
  const line = netLine({
    productId: product.id,
    name: product.name,
    quantity,
    priceUnit: story.lines === 'free' ? 0 : story.currency === undefined ? price : Math.round((price * 10 ** digits) / pesos),
    rate,
    ...(story.lines === 'discounts' ? { discountPercent: discount } : {}),
    ...unitOf(story, product),
  });
  return story.lines === 'exempt' && random.chance(0.5) ? { ...line, taxes: ['exempt'] } : line;
}

/** Pieces by the dozen and work by the day; or, by mistake, one in the other's unit. */
function unitOf(story: ErpScenario, product: OdooProduct): { unitId?: number } {
  const { piece, dozen, hour, day } = ODOO_UNITS;
  const pieces = product.unitId === piece.id;
  if (story.lines === 'dozens') return { unitId: pieces ? dozen.id : day.id };
  return story.lines === 'odd unit' ? { unitId: pieces ? hour.id : piece.id } : {};
}

function shippingLine(goods: OdooGoods, random: Random): LineSketch {
  const { id, name } = goods.shared.delivery;
  return { ...netLine({ productId: id, name, quantity: 1, priceUnit: random.pick([3000, 5000]), rate: IVA }), kind: 'delivery' };
}

/** A gift card that pays a part, or all: then the order's own total is zero although it is a sale. */
function giftCardPayment(goods: OdooGoods, lines: readonly LineSketch[], random: Random): LineSketch {
  const total = lines.reduce((sum, line) => sum + line.subtotal + line.tax, 0);
  const all = random.chance(0.4);
  const amount = all ? total : Math.min(total, random.int(1, 5) * 5000);
  const { id, name } = goods.shared.giftCard;
  return { productId: id, name, quantity: 1, priceUnit: -amount, subtotal: -amount, tax: 0, taxes: [], kind: 'gift card payment' };
}
