import { afterEach } from 'vitest';
import { shopify } from '../../connectors/shopify/index.ts';
import { shopifySettings } from '../../connectors/shopify/settings.ts';
import {
  SourceError,
  type Cursor,
  type Draft,
  type Http,
  type HttpAnswer,
  type Page,
  type ReadContext,
  type ReadRequest,
} from '../../src/contract/index.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import type { CostLimits } from '../../src/sandbox/shopify/cost-bucket.ts';
import { startShopify } from '../../src/sandbox/shopify/server.ts';
import type { Shop, ShopLine, ShopOrder } from '../../src/sandbox/world/shop-model.ts';

export const NOW = new Date('2026-11-23T12:00:00Z');
export const TOKEN = 'shpat_0123456789abcdef';
export const SCOPES = [
  'read_orders',
  'read_all_orders',
  'read_products',
  'read_inventory',
  'read_locations',
  'read_customers',
  'read_shopify_payments_payouts',
];
const AMPLE: CostLimits = { bucket: 1_000_000, restore: 1_000_000 };

const servers: SandboxServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

export function lineOf(id: number, over: Partial<ShopLine> = {}): ShopLine {
  const plain = { productId: 1, variantId: 101, sku: 'POL-1', title: 'Polera', quantity: 1, currentQuantity: 1, unitPrice: 11_900 };
  return { id, ...plain, discount: 0, isGiftCard: false, tax: 1900, otherTax: 0, taxRate: '0.19', ...over };
}

/** A paid order of one line, made and last changed at `at`. */
export function orderOf(id: number, at: string, over: Partial<ShopOrder> = {}): ShopOrder {
  return {
    id,
    number: 1000 + id,
    name: `#${1000 + id}`,
    createdAt: at,
    processedAt: at,
    updatedAt: at,
    cancelledAt: null,
    cancelReason: null,
    closedAt: null,
    test: false,
    edited: false,
    edit: null,
    financialStatus: 'PAID',
    fulfillmentStatus: 'FULFILLED',
    sourceName: 'web',
    appName: null,
    customerId: 1 + (id % 3),
    guest: null,
    taxId: null,
    taxIdIn: 'localized field',
    lines: [lineOf(id * 1000)],
    shippingLines: [],
    tip: 0,
    transactions: [
      { id: id * 1000, kind: 'SALE', status: 'SUCCESS', gateway: 'webpay', amount: 11_900, createdAt: at, processedAt: at, parentId: null },
    ],
    refunds: [],
    ...over,
  };
}

export function shopOf(orders: ShopOrder[], over: Partial<Shop> = {}): Shop {
  const at = '2026-11-01T10:00:00Z';
  const variant = (id: number) => ({
    id,
    sku: `V-${id}`,
    barcode: null,
    title: String(id),
    price: 11_900,
    inventoryItemId: id + 5000,
    tracked: true,
    createdAt: at,
    updatedAt: at,
  });
  const level = (id: number, item: number, locationId: number, isActive = true) => ({
    id,
    inventoryItemId: item,
    locationId,
    isActive,
    available: id,
    onHand: id + 2,
    committed: 2,
    reserved: 0,
    updatedAt: at,
  });
  const product = (id: number, variants: number) => ({
    id,
    title: `Producto ${id}`,
    handle: `producto-${id}`,
    vendor: 'Origen',
    productType: 'Tienda',
    status: 'ACTIVE' as const,
    isGiftCard: false,
    createdAt: at,
    updatedAt: at,
    variants: Array.from({ length: variants }, (_, index) => variant(id * 100 + 1 + index)),
  });
  return {
    domain: 'prueba.myshopify.com',
    name: 'Prueba',
    accessToken: TOKEN,
    currency: 'CLP',
    timeZone: 'America/Santiago',
    taxesIncluded: true,
    scopes: SCOPES,
    createdAt: at,
    locations: [
      { id: 11, name: 'Bodega', isActive: true, createdAt: at, updatedAt: at },
      { id: 12, name: 'Antigua', isActive: false, createdAt: at, updatedAt: at },
    ],
    products: [product(1, 2), product(2, 60)],
    inventory: [level(1, 5101, 11), level(2, 5102, 11), level(3, 5101, 12), level(4, 5102, 12, false)],
    customers: [1, 2, 3].map((id) => ({
      id,
      email: `cliente${id}@ejemplo.cl`,
      phone: null,
      rut: null,
      city: 'Ñuñoa',
      province: 'Región Metropolitana',
      company: false,
      createdAt: at,
      updatedAt: at,
    })),
    orders,
    checkouts: [],
    payments: null,
    ...over,
  };
}

export interface OpenShop {
  readonly server: SandboxServer;
  readonly context: ReadContext<unknown>;
  /** Bodies of the requests sent. */
  readonly sent: string[];
  /** Called after each answer; what it does to the shop falls between two requests. */
  between: (() => void) | null;
  /** Answers in place of the server when it returns something. */
  instead: ((body: string) => HttpAnswer | null) | null;
}

/** A shop on loopback and the connector's context for it. */
export async function open(
  shop: Shop,
  options: { limits?: CostLimits; settings?: Record<string, unknown>; signal?: AbortSignal } = {},
): Promise<OpenShop> {
  const server = await startShopify({ shops: [shop], clock: () => NOW, limits: options.limits ?? AMPLE });
  servers.push(server);
  const sent: string[] = [];
  const http: Http = async (url, init = {}) => {
    const body = init.body ?? '';
    sent.push(body);
    const answer = opened.instead?.(body) ?? (await answerOf(url, init));
    opened.between?.();
    const verdict = init.classify?.(answer) ?? null;
    if (verdict instanceof SourceError) throw verdict;
    if (answer.status >= 400)
      throw new SourceError({ kind: 'transient', code: 'server_error', status: answer.status, message: 'failed', advice: 'wait' });
    return answer;
  };
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const settings = shopifySettings.parse({ shop_domain: shop.domain, access_token: TOKEN, api_base_url: server.url, ...options.settings });
  const signal = options.signal ?? new AbortController().signal;
  const opened: OpenShop = { server, sent, between: null, instead: null, context: { settings, http, log, signal, now: () => new Date() } };
  return opened;
}

async function answerOf(url: string, init: NonNullable<Parameters<Http>[1]>): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body } = init;
  const response = await fetch(url, { method, headers: { ...headers }, redirect: 'manual', ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

const FROM_NOTHING: ReadRequest = { kind: 'incremental', cursor: null, from: null };

/** All pages of one stream. A stored cursor goes through JSON, as in the database. */
export async function read({ context }: OpenShop, stream: string, request: ReadRequest = FROM_NOTHING): Promise<Page[]> {
  const pages: Page[] = [];
  const found = shopify.streams.find(({ name }) => name === stream)!;
  for await (const page of found.read(context, stored(request))) pages.push(page);
  return pages;
}

function stored(request: ReadRequest): ReadRequest {
  return request.cursor === null ? request : { ...request, cursor: JSON.parse(JSON.stringify(request.cursor)) as Cursor };
}

export const draftsOf = (pages: readonly Page[], entity?: Draft['entity']): Draft[] =>
  pages.flatMap((page) => page.drafts).filter((draft) => entity === undefined || draft.entity === entity);
export const idsOf = (pages: readonly Page[], entity: Draft['entity']): string[] => draftsOf(pages, entity).map(({ sourceId }) => sourceId);
export const noticesOf = (pages: readonly Page[]): string[] => [
  ...new Set(pages.flatMap((page) => page.notices ?? []).map(({ code }) => code)),
];

/** The SourceError a promise ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<SourceError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw error;
}
