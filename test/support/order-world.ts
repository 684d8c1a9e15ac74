import fc from 'fast-check';
import type { Draft } from '#contract';
import { orderDraft } from './scripted-stream.ts';

export type Source = 'shopify' | 'odoo';

/** One version of one document, as its source held it from a tick on. */
export interface Version {
  readonly source: Source;
  readonly sourceId: string;
  /** Order in which the source made its versions; several share one `stamp`. */
  readonly tick: number;
  /** Second of the source's clock. */
  readonly stamp: number;
  readonly amount: number;
  /** Local day of the sale in November 2026. */
  readonly day: string;
  readonly status: 'open' | 'completed' | 'cancelled' | 'quotation';
  /** Shop order that an Odoo document cites. */
  readonly cites: string | null;
  readonly lines: readonly number[];
}

/** One reader: it asks for pages one after the other, each holding what the source shows at that tick. */
export interface Lane {
  readonly source: Source;
  readonly lane: string;
  readonly reads: readonly { readonly tick: number; readonly ids: readonly string[]; readonly covers: boolean }[];
}

export interface OrderWorld {
  readonly versions: readonly Version[];
  readonly lanes: readonly Lane[];
}

const TICKS = 12;
const IDS: Readonly<Record<Source, readonly string[]>> = {
  shopify: ['9001', '9002', '9003', '9004'],
  odoo: ['21', '22', '23', '24', '25'],
};
const DAYS = ['2026-11-01', '2026-11-02'];

const versionOf = (source: Source, sourceId: string, tick: number) =>
  fc.record({
    source: fc.constant(source),
    sourceId: fc.constant(sourceId),
    tick: fc.constant(tick),
    // Every three ticks share a second: equal stamps must be told apart by the order of reading. Amounts
    // differ within a second, so that no document goes back within it (A→B→A out of order is the one case that versions cannot tell
    // apart), but do repeat over seconds: a newer version with old content must still be remembered as newer.
    stamp: fc.constant(Math.floor(tick / 3)),
    amount: fc.integer({ min: 1, max: 2 }).map((n) => n * 1000 + (tick % 3)),
    day: fc.constantFrom(...DAYS),
    status:
      source === 'shopify'
        ? fc.constantFrom('open', 'completed', 'cancelled' as const)
        : fc.constantFrom('open', 'completed', 'quotation', 'cancelled' as const),
    cites: source === 'shopify' ? fc.constant(null) : fc.option(fc.constantFrom(...IDS.shopify), { nil: null }),
    lines: fc.subarray([1, 2, 3]),
  }) as fc.Arbitrary<Version>;

const documentOf = (source: Source, sourceId: string): fc.Arbitrary<Version[]> =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: TICKS - 1 }), { minLength: 1, maxLength: 4 })
    .chain((ticks) => fc.tuple(...ticks.map((tick) => versionOf(source, sourceId, tick))));

const laneOf = (source: Source, lane: string): fc.Arbitrary<Lane> =>
  fc
    .array(
      fc.record({
        tick: fc.integer({ min: 0, max: TICKS - 1 }),
        ids: fc.subarray([...IDS[source]], { minLength: 1 }),
        covers: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    )
    // A reader cannot ask for the past. The live lane at last reads everything once, which is what an overlap guarantees; the backfill
    // does not, so what it read long ago may be delivered after the newest.
    .map((reads) => ({
      source,
      lane,
      reads: [
        ...reads.sort((a, b) => a.tick - b.tick),
        ...(lane === 'live' ? [{ tick: TICKS, ids: IDS[source], covers: source === 'shopify' }] : []),
      ],
    }));

/** Documents of both sources with versions, and four readers that meet them at different times. */
export const worldArbitrary: fc.Arbitrary<OrderWorld> = fc
  .tuple(
    fc.tuple(...IDS.shopify.map((id) => documentOf('shopify', id)), ...IDS.odoo.map((id) => documentOf('odoo', id))),
    fc.tuple(laneOf('shopify', 'live'), laneOf('shopify', 'backfill:x'), laneOf('odoo', 'live'), laneOf('odoo', 'backfill:x')),
  )
  .map(([documents, lanes]) => ({ versions: documents.flat(), lanes }));

/** What the source shows of a document at a tick, or nothing when it is not there yet. */
function shown(world: OrderWorld, source: Source, sourceId: string, tick: number): Version | undefined {
  return world.versions.filter((v) => v.source === source && v.sourceId === sourceId && v.tick <= tick).sort((a, b) => b.tick - a.tick)[0];
}

/** The pages of a lane. The number of a read grows with the tick it happens at, as one database sequence drawn before each request does. */
export function pagesOf(world: OrderWorld, lane: Lane): { versions: Version[]; readSeq: bigint; covered: string | null }[] {
  const offset = ['shopify/live', 'shopify/backfill:x', 'odoo/live', 'odoo/backfill:x'].indexOf(`${lane.source}/${lane.lane}`);
  return lane.reads.map((read, i) => ({
    versions: read.ids.flatMap((id) => shown(world, lane.source, id, read.tick) ?? []),
    readSeq: BigInt(read.tick * 1000 + i * 10 + offset + 1),
    covered:
      lane.source === 'shopify' && lane.lane === 'live' && read.covers ? `2026-11-0${1 + Math.floor(read.tick / 4)}T14:00:00Z` : null,
  }));
}

/** What the warehouse must end with: the last version of each document. */
export function newest(world: OrderWorld): Version[] {
  const documents = (Object.keys(IDS) as Source[]).flatMap((source) => IDS[source].flatMap((id) => shown(world, source, id, TICKS) ?? []));
  return documents.sort((a, b) => (a.source + a.sourceId < b.source + b.sourceId ? -1 : 1));
}

/** Shop orders that exist. */
export function originalsOf(documents: readonly Version[]): Set<string> {
  return new Set(documents.filter((d) => d.source === 'shopify').map((d) => d.sourceId));
}

/** A document and its lines as drafts; the document carries all its lines. */
export function documentDrafts(version: Version): Draft[] {
  const updatedAt = `2026-11-01T12:00:${String(version.stamp).padStart(2, '0')}Z`;
  const { amount, source, sourceId } = version;
  const order = orderDraft(sourceId, {
    updatedAt,
    name: source === 'shopify' ? `#${sourceId}` : `S${sourceId}`,
    status: version.status,
    created_at: `${version.day}T13:00:00Z`,
    amount_total_source: String(amount),
    shop_order_id: source === 'shopify' ? sourceId : version.cites,
    shop_order_name: source === 'shopify' ? sourceId : null,
  });
  const lines = version.lines.map((line): Draft => ({
    entity: 'order_line',
    sourceId: `${sourceId}-${line}`,
    sourceCreatedAt: null,
    sourceUpdatedAt: updatedAt,
    fields: {
      order_id: sourceId,
      product_id: null,
      line_kind: 'product',
      sku: null,
      name: `v${version.tick % 3}`,
      quantity: '1',
      unit_price_source: '1',
      amount_source: '1',
      amount_untaxed_source: '1',
      amount_tax_source: '0',
      amount_discount_source: '0',
      currency_source: 'CLP',
    },
  }));
  return [{ ...order, complete: ['order_line'] }, ...lines];
}
