import { expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import type { Entity } from '../../src/contract/index.ts';

const SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  odoo: { base_url: 'https://erp.ejemplo.cl' },
  shopify: { shop_domain: 'tienda-ejemplo.myshopify.com' },
  chatwoot: { base_url: 'https://chat.ejemplo.cl', account_id: 7 },
  n8n: { base_url: 'https://ejemplo.cl/n8n' },
};
const refs = { order_id: '22', product_id: '44', conversation_id: '23', workflow_id: 'bF2x' };

test.each<[source: string, entity: Entity, version: string | null, url: string | null]>([
  ['odoo', 'order', '19.0+e', 'https://erp.ejemplo.cl/odoo/sale.order/21'],
  ['odoo', 'order', 'saas~18.2', 'https://erp.ejemplo.cl/odoo/sale.order/21'],
  ['odoo', 'order', '16.0', 'https://erp.ejemplo.cl/web#id=21&model=sale.order&view_type=form'],
  ['odoo', 'order', null, 'https://erp.ejemplo.cl/web#id=21&model=sale.order&view_type=form'],
  ['odoo', 'order_line', '19.0', 'https://erp.ejemplo.cl/odoo/sale.order/22'],
  ['odoo', 'product', '19.0', 'https://erp.ejemplo.cl/odoo/product.product/21'],
  ['shopify', 'order', null, 'https://admin.shopify.com/store/tienda-ejemplo/orders/21'],
  ['shopify', 'refund', null, 'https://admin.shopify.com/store/tienda-ejemplo/orders/22'],
  ['chatwoot', 'conversation', null, 'https://chat.ejemplo.cl/app/accounts/7/conversations/21'],
  ['chatwoot', 'message', null, 'https://chat.ejemplo.cl/app/accounts/7/conversations/23'],
  ['n8n', 'workflow', null, 'https://ejemplo.cl/n8n/workflow/21'],
  ['n8n', 'execution', null, 'https://ejemplo.cl/n8n/workflow/bF2x/executions/21'],
])('%s %s (%s) is seen at %s', (source, entity, version, url) => {
  const connector = connectors.find(({ id }) => id === source);
  expect(connector?.recordUrl(SETTINGS[source]!, { entity, sourceId: '21', refs, version })).toBe(url);
});

test('a sale that is an issued document is seen as that document, and so are its lines', () => {
  const odoo = connectors.find(({ id }) => id === 'odoo');
  const url = (place: { entity: Entity; sourceId: string; refs: Record<string, string> }) =>
    odoo?.recordUrl(SETTINGS['odoo']!, { ...place, version: '19.0' });
  expect(url({ entity: 'order', sourceId: 'invoice:12/21', refs: { invoice_id: '12', invoiced_order_id: '21' } })).toBe(
    'https://erp.ejemplo.cl/odoo/account.move/12',
  );
  expect(url({ entity: 'order_line', sourceId: 'invoice-line:1200', refs: { order_id: 'invoice:12/21' } })).toBe(
    'https://erp.ejemplo.cl/odoo/account.move/12',
  );
});

test('what belongs to a record that has not arrived has no page', () => {
  const place = { sourceId: '21', refs: {}, version: null };
  const url = (source: string, entity: Entity) =>
    connectors.find(({ id }) => id === source)?.recordUrl(SETTINGS[source]!, { ...place, entity });
  expect([url('shopify', 'refund'), url('shopify', 'product'), url('chatwoot', 'message'), url('n8n', 'execution')]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
