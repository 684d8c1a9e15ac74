import { LINE_FIELDS, LINE_REQUIRED, mapLine } from '../mapping/order-line.ts';
import { collect } from '../mapping/collect.ts';
import { learnProducts, readSaleFacts, type SaleFacts } from '../sale-facts.ts';
import { windowedStream } from '../windowed-stream.ts';

/**
 * Lines by their own `write_date`: a changed description, delivery or note line leaves the order's as it was (seen on 16 and
 * 19), so the stream of orders alone would miss it.
 */
export const orderLines = windowedStream<SaleFacts>({
  name: 'order_lines',
  description: 'Lines of sales orders that changed without their order',
  entities: ['order_line'],
  model: 'sale.order.line',
  intervalSeconds: 300,
  pageSize: 2000,
  required: LINE_REQUIRED,
  wanted: () => LINE_FIELDS,
  shared: false,
  businessField: 'create_date',
  rows: { at: 'source_created_at', ids: '^[0-9]+$' },
  fromField: 'order_id.date_order',
  prepare: readSaleFacts,
  notices: (facts) => facts.notices,
  async map(records, facts, client) {
    await learnProducts(client, records, facts.products);
    return collect(records, (record) => {
      const mapped = mapLine(record, facts);
      return 'line' in mapped ? { draft: mapped.line.draft } : mapped;
    });
  },
});
