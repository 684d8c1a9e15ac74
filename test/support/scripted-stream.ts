import { createHmac, randomUUID } from 'node:crypto';
import type { Draft, Page, Stream, StreamName } from '#contract';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { normalizer } from '../../src/normalize/normalize-draft.ts';
import { saveConnection } from '../../src/store/connections.ts';
import type { Database } from '../../src/store/database.ts';
import { addTenant } from '../../src/store/tenants.ts';
import type { SyncDeps, SyncJob } from '../../src/sync/run-sync.ts';

/** A tenant with one connection to each named source, without a real source behind it. */
export async function tenantWith(
  db: Database,
  sources: readonly string[],
  options: { timeZone?: string; currency?: string } = {},
): Promise<{ tenantId: string; connections: Record<string, string> }> {
  const tenantId = randomUUID();
  await addTenant(db, {
    id: tenantId,
    rut: `${Math.floor(Math.random() * 9e7) + 1e7}-0`,
    rutValid: false,
    companyName: 'Empresa de prueba',
    currency: options.currency ?? 'CLP',
    currencyDecimals: options.currency === 'USD' ? 2 : 0,
    timeZone: options.timeZone ?? 'America/Santiago',
    industry: 'retail',
  });
  const connections: Record<string, string> = {};
  for (const source of sources) connections[source] = await connectTo(db, tenantId, source);
  return { tenantId, connections };
}

/** Connects one more source to a tenant, without a real source behind it. */
export function connectTo(
  db: Database,
  tenantId: string,
  source: string,
  { settings = {}, accountKey = randomUUID() }: { settings?: Record<string, unknown>; accountKey?: string } = {},
): Promise<string> {
  return saveConnection(db, randomUUID(), 'local:none', {
    tenantId,
    source,
    name: source,
    accountKey,
    settings,
    host: 'http://127.0.0.1',
    version: null,
    streams: [{ name: 'orders', intervalSeconds: 300 }],
  });
}

/** A stream that yields the given pages, one after the other, whatever it is asked. */
export function scripted(pages: readonly Page[] | (() => AsyncGenerator<Page, void, void>), name = 'orders'): Stream<unknown> {
  return {
    // Any word at all: the engine must not care.
    name: name as StreamName,
    description: 'scripted',
    entities: ['order'],
    cursorVersion: 1,
    overlapSeconds: 0,
    backfill: 'none',
    deletions: 'none',
    intervalSeconds: 300,
    read:
      typeof pages === 'function'
        ? pages
        : async function* () {
            for (const page of pages) yield page;
          },
  };
}

export function syncDeps(db: Database, worker = 'test'): SyncDeps {
  const quiet = () => undefined;
  return {
    db,
    log: { debug: quiet, info: quiet, warn: quiet },
    worker,
    release: '0.0.0-test',
    timings: { ttlSeconds: 3, renewSeconds: 0.75 },
    now: () => new Date(),
    random: () => 0.5,
  };
}

/** No alert and no report leaves, and none is due before long. */
export function withoutMessages(db: Database): Pick<JobDeps, 'alerts' | 'reports'> {
  const { log, now, random } = syncDeps(db);
  const httpTo = () => () => Promise.reject(new Error('nothing is sent'));
  const delivery = { db, log, now, random, targetOf: () => Promise.resolve(null), httpTo };
  return {
    alerts: { evaluation: { intervalSeconds: 3600, link: null }, delivery },
    reports: { print: () => Promise.reject(new Error('nothing is printed')) },
  };
}

/** A job of one stream of one connection, reading `stream`. */
export function jobOf(
  place: { tenantId: string; connectionId: string; source: string; lane?: string },
  stream: Stream<unknown>,
  signal?: AbortSignal,
): SyncJob {
  return {
    place: { tenantId: place.tenantId, connectionId: place.connectionId, stream: stream.name, lane: place.lane ?? 'live' },
    source: place.source,
    stream,
    settings: {},
    http: () => Promise.reject(new Error('a scripted stream sends no request')),
    stats: () => ({ requests: 0, retries: 0, throttledMs: 0 }),
    normalize: normalizer({
      tenantId: place.tenantId,
      connectionId: place.connectionId,
      identityKey: createHmac('sha256', 'test').update(place.tenantId).digest(),
    }),
    request: (cursor) => ({ kind: 'incremental', cursor, from: null }),
    sliceSeconds: null,
    signal: signal ?? new AbortController().signal,
  };
}

/** An order draft with plausible fields; amounts are whole and without tax unless said otherwise. */
export function orderDraft(
  sourceId: string,
  changes: Partial<Extract<Draft, { entity: 'order' }>['fields']> & { updatedAt?: string } = {},
): Draft {
  const { updatedAt = '2026-11-01T12:00:00Z', ...fields } = changes;
  const total = fields.amount_total_source ?? '1000';
  return {
    entity: 'order',
    sourceId,
    sourceCreatedAt: '2026-11-01T12:00:00Z',
    sourceUpdatedAt: updatedAt,
    fields: {
      name: `#${sourceId}`,
      status: 'open',
      excluded_because: null,
      payment_state: null,
      source_status: 'PAID',
      created_at: '2026-11-01T12:00:00Z',
      cancelled_at: null,
      currency_source: 'CLP',
      amount_total_source: total,
      amount_untaxed_source: total,
      amount_tax_source: '0',
      amount_products_source: total,
      amount_shipping_source: '0',
      amount_discount_source: '0',
      amount_other_source: '0',
      amount_iva_source: '0',
      amount_exempt_source: total,
      amount_ledger_source: null,
      customer_id: null,
      channel: 'web',
      shop: null,
      company: null,
      shop_order_id: null,
      shop_order_name: null,
      ...fields,
    },
  };
}

/** A page with these drafts. */
export function pageOf(drafts: readonly Draft[], more: Partial<Page> = {}): Page {
  return { drafts, rejects: [], cursor: { v: 1, watermark: null, walk: null }, end: true, ...more };
}
