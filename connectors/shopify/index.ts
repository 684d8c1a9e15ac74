import { defineConnector } from '#contract';
import { check } from './check.ts';
import { recordUrl } from './record-url.ts';
import { shopifySettings, type ShopifySettings } from './settings.ts';
import { abandonedCheckouts } from './streams/abandoned-checkouts.ts';
import { inventoryLevels } from './streams/inventory-levels.ts';
import { locations } from './streams/locations.ts';
import { orders } from './streams/orders.ts';
import { payoutTransactions } from './streams/payout-transactions.ts';
import { payouts } from './streams/payouts.ts';
import { products } from './streams/products.ts';
import { readWebhook } from './webhook.ts';

/** Shopify, over the GraphQL Admin API. What is particular to it stands in the README beside this file. */
export const shopify = defineConnector<ShopifySettings>({
  id: 'shopify',
  title: 'Shopify',
  settings: shopifySettings,
  /** The permanent domain never changes, not even when the shop is renamed. */
  accountKey: (settings) => settings.shop_domain,
  host: (settings) => settings.api_base_url ?? `https://${settings.shop_domain}`,
  recordUrl,
  check,
  webhook: readWebhook,
  streams: [locations, products, inventoryLevels, orders, abandonedCheckouts, payouts, payoutTransactions],
});
