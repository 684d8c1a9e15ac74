import type { Calendar } from './calendar.ts';
import type { IdSequence } from './id-sequence.ts';
import { instantOf } from './instants.ts';
import type { Minor } from './model.ts';
import type { ShopProduct, ShopVariant } from './shop-model.ts';
import type { Random } from './random.ts';
import { IVA_AND_ILA } from './tax.ts';

/** Something a basket can hold. `taxRate` is text, as the source prints it. */
export interface Sellable {
  readonly product: ShopProduct;
  readonly variant: ShopVariant;
  readonly taxRate: string;
}

export interface WebCatalogue {
  readonly products: ShopProduct[];
  /** Ordinary goods. */
  readonly goods: readonly Sellable[];
  readonly giftCards: readonly Sellable[];
  /** Needs no fulfilment. */
  readonly digital: readonly Sellable[];
}

interface CatalogueOptions {
  readonly currency: 'CLP' | 'USD';
  /** Of ordinary goods. */
  readonly taxRate: string;
  readonly products: number;
  readonly calendar: Calendar;
  readonly ids: { readonly product: IdSequence; readonly variant: IdSequence; readonly item: IdSequence };
  readonly random: Random;
}

const THING = ['Polera', 'Pantalón', 'Mochila', 'Taza', 'Cuaderno', 'Lámpara', 'Manta', 'Botella', 'Gorro', 'Cinturón', 'Reloj', 'Bolso'];
const STYLE = ['Austral', 'Andina', 'Norte', 'Costa', 'Lluvia', 'Bosque', 'Desierto', 'Volcán', 'Nube', 'Isla'];
const SIZES = ['S', 'M', 'L'] as const;
const VENDORS = ['Taller Sur', 'Telar', 'Origen'];

/**
 * What a shop sells: goods in one to three sizes, some exempt from tax, in Chile some wine, which bears a tax of its own, some without SKU, two variants that share one SKU by
 * mistake, gift cards, something digital, an archived and a draft product.
 */
export function webCatalogue(options: CatalogueOptions): WebCatalogue {
  const { random, currency } = options;
  const goods: Sellable[] = [];
  const products: ShopProduct[] = [];
  for (let i = 0; i < options.products; i++) {
    const exempt = i % 13 === 5;
    const price = currency === 'CLP' ? random.int(20, 700) * 100 - 10 : random.int(8, 90) * 100 - 1;
    const wine = i % 13 === 8 && currency === 'CLP';
    const thing = exempt ? 'Libro' : random.pick(THING);
    const title = `${wine ? 'Vino' : thing} ${random.pick(STYLE)} ${i + 1}`;
    const sizes = exempt ? 1 : random.int(1, 3);
    const status = i === 7 ? 'ARCHIVED' : i === 9 ? 'DRAFT' : 'ACTIVE';
    const variants = Array.from({ length: sizes }, (_, size) => {
      const sku = `${exempt ? 'LIB' : 'ART'}-${String(i + 1).padStart(4, '0')}${sizes === 1 ? '' : `-${SIZES[size]}`}`;
      // Product 3 carries the SKU of product 2 by mistake; every seventeenth has none.
      const stated = i === 2 && size === 0 ? firstSku(products[1]) : i % 17 === 11 ? null : sku;
      return {
        title: sizes === 1 ? 'Default Title' : SIZES[size]!,
        sku: stated,
        price: price + size * (currency === 'CLP' ? 1000 : 200),
        tracked: i % 19 !== 13,
      };
    });
    const product = makeProduct(options, { title, type: exempt ? 'Libros' : 'Tienda', status, isGiftCard: false, variants });
    products.push(product);
    if (status === 'ACTIVE')
      goods.push(
        ...product.variants.map((variant) => ({ product, variant, taxRate: exempt ? '0' : wine ? IVA_AND_ILA : options.taxRate })),
      );
  }
  const amounts: Minor[] = currency === 'CLP' ? [10_000, 20_000, 50_000] : [2500, 5000];
  const gift = makeProduct(options, {
    title: 'Gift Card',
    type: 'Gift Cards',
    status: 'ACTIVE',
    isGiftCard: true,
    variants: amounts.map((price) => ({ title: String(price), sku: null, price, tracked: false })),
  });
  const course = makeProduct(options, {
    title: 'Curso en línea',
    type: 'Digital',
    status: 'ACTIVE',
    isGiftCard: false,
    variants: [{ title: 'Default Title', sku: 'DIG-0001', price: currency === 'CLP' ? 29_990 : 3900, tracked: false }],
  });
  products.push(gift, course);
  return {
    products,
    goods,
    giftCards: gift.variants.map((variant) => ({ product: gift, variant, taxRate: '0' })),
    digital: course.variants.map((variant) => ({ product: course, variant, taxRate: options.taxRate })),
  };
}

function firstSku(product: ShopProduct | undefined): string | null {
  return product?.variants[0]?.sku ?? null;
}

interface ProductSketch {
  readonly title: string;
  readonly type: string;
  readonly status: ShopProduct['status'];
  readonly isGiftCard: boolean;
  readonly variants: readonly { readonly title: string; readonly sku: string | null; readonly price: Minor; readonly tracked: boolean }[];
}

function makeProduct({ calendar, ids, random }: CatalogueOptions, sketch: ProductSketch): ShopProduct {
  const created = calendar.anchor - random.int(150, 500) * 86_400_000 - random.int(0, 86_399) * 1000;
  // Prices and texts are touched all the time: the last change lies within the last two weeks.
  const updated = calendar.latest - random.int(0, 14 * 86_400) * 1000;
  const id = ids.product.next();
  return {
    id,
    title: sketch.title,
    handle: sketch.title
      .normalize('NFD')
      .replace(/[^A-Za-z0-9 ]/g, '')
      .trim()
      .replace(/ +/g, '-')
      .toLowerCase(),
    vendor: random.pick(VENDORS),
    productType: sketch.type,
    status: sketch.status,
    isGiftCard: sketch.isGiftCard,
    createdAt: instantOf(created),
    updatedAt: instantOf(updated),
    variants: sketch.variants.map((variant) => ({
      id: ids.variant.next(),
      sku: variant.sku,
      barcode: sketch.isGiftCard || random.chance(0.3) ? null : `20${String(random.int(0, 99_999_999_999)).padStart(11, '0')}`,
      title: variant.title,
      price: variant.price,
      inventoryItemId: ids.item.next(),
      tracked: variant.tracked,
      createdAt: instantOf(created),
      updatedAt: instantOf(updated),
    })),
  };
}
