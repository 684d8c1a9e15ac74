import { readLoyalty, type LoyaltyFacts } from '../loyalty.ts';
import { collect } from '../mapping/collect.ts';
import { mapProduct, PRODUCT_FIELDS, PRODUCT_REQUIRED } from '../mapping/product.ts';
import { windowedStream } from '../windowed-stream.ts';

export const products = windowedStream<LoyaltyFacts>({
  name: 'products',
  description: 'Product variants, archived ones too',
  entities: ['product'],
  model: 'product.product',
  intervalSeconds: 900,
  pageSize: 2000,
  required: PRODUCT_REQUIRED,
  wanted: () => PRODUCT_FIELDS,
  shared: true,
  businessField: 'create_date',
  rows: { at: 'source_created_at' },
  prepare: readLoyalty,
  notices: (facts) => facts.notices,
  map: (records, facts) => collect(records, (record) => mapProduct(record, facts.loyalty.giftCardProducts)),
});
