import type { DraftFor } from '#contract';
import type { RawProduct, RawVariant } from '../raw/product.ts';
import { decimalText } from './amount.ts';

/** The title Shopify gives the only variant of a product without options. */
const NO_OPTION = 'Default Title';

/** One sellable article. Its title and status are the product's, so it is as new as the younger of the two. */
export function productDraft(product: RawProduct, variant: RawVariant): DraftFor<'product'> {
  return {
    entity: 'product',
    sourceId: variant.id,
    sourceCreatedAt: variant.createdAt,
    sourceUpdatedAt: Date.parse(product.updatedAt) > Date.parse(variant.updatedAt) ? product.updatedAt : variant.updatedAt,
    fields: {
      sku: filled(variant.sku),
      barcode: filled(variant.barcode),
      name: variant.title === NO_OPTION || variant.title === '' ? product.title : `${product.title} - ${variant.title}`,
      kind: kindOf(product, variant),
      active: product.status === 'ACTIVE',
      tracked: variant.inventoryItem.tracked,
      list_price: decimalText(variant.price),
      parent: product.id,
    },
    raw: { id: product.id, title: product.title, status: product.status, variant: { ...variant, price: decimalText(variant.price) } },
  };
}

/** Only tracked articles have stock that means something. */
function kindOf(product: RawProduct, variant: RawVariant): DraftFor<'product'>['fields']['kind'] {
  if (product.isGiftCard) return 'gift_card';
  if (variant.inventoryItem.tracked) return 'storable';
  return variant.inventoryItem.requiresShipping ? 'consumable' : 'service';
}

function filled(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}
