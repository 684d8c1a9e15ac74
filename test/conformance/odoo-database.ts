import { ENTITIES, SourceError, type Cursor, type Draft, type Http, type Page, type ReadContext, type ReadRequest } from '#contract';
import { odoo } from '../../connectors/odoo/index.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import type { OdooLimits } from '../../src/sandbox/odoo/environment.ts';
import { startOdoo } from '../../src/sandbox/odoo/server.ts';
import type { OdooDatabase, OdooOrder, OdooOrderLine } from '../../src/sandbox/world/odoo-model.ts';

const OLD = '2026-11-28 12:00:00.500000';
const stamps = { createDate: OLD, writeDate: OLD };
const START = new Date('2026-12-05T12:00:00Z');
const servers: SandboxServer[] = [];
/** The clock of every server: a test sets it. */
export const clock = { now: START };

/** Closes what a test opened, and sets the clock back. */
export async function closeAll(): Promise<void> {
  await Promise.all(servers.splice(0).map(async (server) => server.close()));
  clock.now = START;
}

export function order(id: number, more: Partial<OdooOrder> = {}): OdooOrder {
  return {
    id,
    name: `S${String(id).padStart(5, '0')}`,
    state: 'sale',
    locked: true,
    partnerId: 20,
    companyId: 1,
    currencyId: 45,
    dateOrder: '2026-11-28 13:00:00',
    ...stamps,
    clientOrderRef: null,
    origin: null,
    shopifyOrderId: null,
    websiteId: null,
    teamId: null,
    amountUntaxed: '100000',
    amountTax: '19000',
    amountTotal: '119000',
    invoiceStatus: 'to invoice',
    deliveryStatus: 'pending',
    ...more,
  };
}

export function line(id: number, orderId: number, more: Partial<OdooOrderLine> = {}): OdooOrderLine {
  return {
    id,
    orderId,
    companyId: 1,
    currencyId: 45,
    sequence: 10,
    productId: 30,
    name: '[P-1] Lámpara\nde mesa',
    displayType: null,
    isDelivery: false,
    isDownpayment: false,
    isGiftCardPayment: false,
    quantity: 1,
    unitId: 1,
    taxIds: [1],
    priceUnit: '100000',
    discount: '0',
    priceSubtotal: '100000',
    priceTax: '19000',
    priceTotal: '119000',
    ...stamps,
    ...more,
  };
}

/** Two companies, one of them in pesos; the second one's records must never show in the first one's connection. */
export function database(version: OdooDatabase['version'] = '19.0'): OdooDatabase {
  const partner = {
    email: null,
    phone: null,
    vat: null,
    isCompany: true,
    city: null,
    stateName: null,
    companyId: null,
    active: true,
    ...stamps,
  };
  const product = {
    unitId: 1,
    templateId: 300,
    barcode: null,
    type: 'consu' as const,
    isStorable: true,
    companyId: null,
    active: true,
    ...stamps,
  };
  const place = { companyId: 1, active: true, ...stamps };
  return {
    name: 'tienda',
    uuid: '0f0f0f0f-1111-2222-3333-444444444444',
    version,
    users: [
      { id: 2, login: 'bot@tienda.example', apiKey: 'llave-uno', companyIds: [1] },
      { id: 3, login: 'bot@hermana.example', apiKey: 'llave-dos', companyIds: [2] },
    ],
    companies: [
      { id: 1, name: 'Tienda Ejemplo', partnerId: 10, currencyId: 45, rut: '76042235-5' },
      { id: 2, name: 'Hermana', partnerId: 11, currencyId: 1, rut: '76086428-5' },
    ],
    currencies: [
      { id: 1, name: 'USD', decimalPlaces: 2, rounding: '0.01', writeDate: OLD },
      { id: 45, name: 'CLP', decimalPlaces: 0, rounding: '1', writeDate: OLD },
      { id: 171, name: 'UF', decimalPlaces: 2, rounding: '0.01', writeDate: OLD },
    ],
    measures: {
      taxes: [
        { id: 1, name: 'IVA 19% Venta', companyId: 1, percent: '19', siiCode: 14 },
        { id: 2, name: 'Vinos', companyId: 1, percent: '20.5', siiCode: 25 },
      ],
      units: [
        { id: 1, name: 'Unidades', relativeTo: null, size: 1 },
        { id: 2, name: 'Docenas', relativeTo: 1, size: 12 },
      ],
      teams: [{ id: 1, name: 'Ventas' }],
    },
    currencyRates: [
      { id: 1, currencyId: 171, companyId: 1, day: '2026-11-28', inverseCompanyRate: '39800.12', ...stamps },
      { id: 2, currencyId: 45, companyId: 2, day: '2026-11-28', inverseCompanyRate: '0.00105', ...stamps },
    ],
    partners: [
      { ...partner, id: 10, name: 'Tienda Ejemplo', commercialPartnerId: 10 },
      { ...partner, id: 11, name: 'Hermana', commercialPartnerId: 11, companyId: 2 },
      { ...partner, id: 12, name: 'Bodega', commercialPartnerId: 10 },
      {
        ...partner,
        id: 20,
        name: 'Ana',
        email: 'ana@x.example',
        vat: '12.345.678-5',
        isCompany: false,
        city: 'Ñuñoa',
        stateName: 'Metropolitana',
        commercialPartnerId: 20,
      },
    ],
    products: [
      { ...product, id: 30, name: 'Lámpara', defaultCode: ' P-1 ', listPrice: '100000' },
      { ...product, id: 31, name: 'Despacho', defaultCode: null, type: 'service', isStorable: false, listPrice: '0' },
      { ...product, id: 32, name: 'Archivada', defaultCode: 'P-2', listPrice: '10.5', active: false },
      { ...product, id: 33, name: 'Ajena', defaultCode: 'X', listPrice: '1', companyId: 2 },
    ],
    locations: [
      { ...place, id: 5, name: 'Stock', completeName: 'WH/Stock', usage: 'internal' },
      { ...place, id: 6, name: 'Clientes', completeName: 'Clientes', usage: 'customer', companyId: null },
      { ...place, id: 7, name: 'Stock', completeName: 'H/Stock', usage: 'internal', companyId: 2 },
    ],
    quants: [
      { id: 1, productId: 30, locationId: 5, companyId: 1, ownerId: null, quantity: 12, reservedQuantity: 3, ...stamps },
      { id: 2, productId: 30, locationId: 6, companyId: 1, ownerId: null, quantity: -12, reservedQuantity: 0, ...stamps },
      { id: 3, productId: 32, locationId: 5, companyId: 1, ownerId: 20, quantity: 1.1, reservedQuantity: 0.3, ...stamps },
      { id: 4, productId: 30, locationId: 7, companyId: 2, ownerId: null, quantity: 99, reservedQuantity: 0, ...stamps },
    ],
    orders: [
      order(21, {
        clientOrderRef: '#1001',
        shopifyOrderId: 'gid://shopify/Order/5843276169342',
        deliveryStatus: 'full',
        invoiceStatus: 'invoiced',
      }),
      order(22, { state: 'sent', websiteId: 1 }),
      order(23, { partnerId: 12 }),
      order(24, { companyId: 2, currencyId: 1, amountUntaxed: '10.5', amountTax: '0', amountTotal: '10.5' }),
      order(25, { amountUntaxed: '42017', amountTax: '7983', amountTotal: '30000' }),
    ].map((o) => (o.id === 25 ? { ...o, amountUntaxed: '22017', amountTax: '7983' } : o)),
    orderLines: [
      line(1, 21, { priceSubtotal: '90000', priceTax: '17100', priceTotal: '107100', discount: '10' }),
      line(2, 21, {
        productId: 31,
        name: 'Despacho',
        isDelivery: true,
        priceSubtotal: '10000',
        priceTax: '1900',
        priceTotal: '11900',
        priceUnit: '10000',
      }),
      line(3, 22),
      line(4, 23),
      line(5, 24, { companyId: 2, currencyId: 1, priceUnit: '10.5', priceSubtotal: '10.5', priceTax: '0', priceTotal: '10.5' }),
      line(6, 25, { priceUnit: '42017', priceSubtotal: '42017', priceTax: '7983', priceTotal: '50000' }),
      line(7, 25, {
        isGiftCardPayment: true,
        productId: null,
        name: 'Gift card',
        priceUnit: '-20000',
        priceSubtotal: '-20000',
        priceTax: '0',
        priceTotal: '-20000',
      }),
    ],
    invoices: [],
    invoiceLines: [],
    posOrders: [],
    journals: [],
    payments: [],
    partials: [],
    posLines: [],
  };
}

export async function serve(databases: readonly OdooDatabase[], limits: OdooLimits = {}): Promise<string> {
  const server = await startOdoo({ databases, clock: () => clock.now, limits });
  servers.push(server);
  return server.url;
}

const http: Http = async (url, init = {}) => {
  const response = await fetch(url, {
    method: init.method ?? 'GET',
    headers: init.headers ?? {},
    ...(init.body === undefined ? {} : { body: init.body }),
  });
  const answer = { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  const told = init.classify?.(answer) ?? null;
  if (told === 'ok' || (told === null && answer.status < 300)) return answer;
  throw told ?? new SourceError({ kind: 'transient', code: 'odd_status', message: `status ${answer.status}`, advice: '' });
};

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

export function contextOf(url: string, more: Record<string, unknown> = {}): ReadContext<unknown> {
  const settings = { base_url: url, api_key: 'llave-uno', username: 'bot@tienda.example', db: 'tienda', company_id: 1, ...more };
  return { settings, http, now: () => clock.now, log: silent, signal: new AbortController().signal };
}

export const incremental = (cursor: Cursor | null = null): ReadRequest => ({ kind: 'incremental', cursor, from: null });

export async function pages(context: ReadContext<unknown>, stream: string, request: ReadRequest = incremental()): Promise<Page[]> {
  const found = odoo.streams.find(({ name }) => name === stream);
  if (found === undefined) throw new Error(`no stream ${stream}`);
  return Array.fromAsync(found.read(context, request));
}

export const draftsOf = (list: readonly Page[], entity?: string): Draft[] =>
  list.flatMap((page) => [...page.drafts]).filter((draft) => entity === undefined || draft.entity === entity);
export const idsOf = (list: readonly Page[], entity?: string) => draftsOf(list, entity).map((draft) => draft.sourceId);
export const fieldsOf = (list: readonly Page[], id: string, entity?: string) =>
  draftsOf(list, entity).find((draft) => draft.sourceId === id)?.fields;

/** What the canonical schema says against a draft; empty when nothing. */
export function faultsOf(draft: Draft): string[] {
  return Object.entries(ENTITIES[draft.entity]).flatMap(([name, field]) => {
    const parsed = field.schema.safeParse((draft.fields as Record<string, unknown>)[name]);
    return parsed.success ? [] : [`${draft.entity} ${draft.sourceId} ${name}: ${parsed.error.message}`];
  });
}

/** 1,200 orders written within one second: more than two pages, all with the same stamp as the API shows it. */
export function crowded(): OdooDatabase {
  const db = database();
  db.orders.length = 0;
  db.orderLines.length = 0;
  for (let id = 1; id <= 1200; id++) {
    // Microseconds run against the ids, so that paging by (write_date, id) would skip most of them.
    db.orders.push(order(id, { writeDate: `2026-12-01 10:00:00.${String(999_999 - id * 800).padStart(6, '0')}` }));
    db.orderLines.push(line(id, id));
  }
  return db;
}
