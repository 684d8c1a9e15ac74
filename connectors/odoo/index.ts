import { defineConnector } from '#contract';
import { accountKey } from './account.ts';
import { check } from './check.ts';
import { recordUrl } from './record-url.ts';
import { settings } from './settings.ts';
import { customers } from './streams/customers.ts';
import { exchangeRates } from './streams/exchange-rates.ts';
import { inventoryLevels } from './streams/inventory-levels.ts';
import { invoices } from './streams/invoices.ts';
import { locations } from './streams/locations.ts';
import { orderLines } from './streams/order-lines.ts';
import { orders } from './streams/orders.ts';
import { paymentAllocations } from './streams/payment-allocations.ts';
import { payments } from './streams/payments.ts';
import { posOrders } from './streams/pos-orders.ts';
import { products } from './streams/products.ts';

/** Odoo 16 and newer, by JSON-2 from 19 on and JSON-RPC below. */
export const odoo = defineConnector({
  id: 'odoo',
  title: 'Odoo',
  settings,
  accountKey,
  host: (value) => new URL(value.base_url).origin,
  recordUrl,
  check,
  // Rates and places first: what orders and stock refer to is then known when they arrive.
  streams: [
    exchangeRates,
    locations,
    products,
    customers,
    orders,
    orderLines,
    invoices,
    payments,
    paymentAllocations,
    posOrders,
    inventoryLevels,
  ],
});
