import fc from 'fast-check';

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
  readonly currency: 'CLP' | 'CLF';
  readonly at: string;
  readonly status: 'open' | 'completed' | 'cancelled' | 'quotation';
  /** Shop order that it is or cites, by id and by name. */
  readonly shopId: string | null;
  readonly shopName: string | null;
  readonly lines: readonly number[];
  readonly refunds: readonly number[];
}

/** The worth of one CLF from a day on, in hundredths of a peso. */
export interface RateVersion {
  readonly day: string;
  readonly tick: number;
  readonly stamp: number;
  readonly hundredths: number;
}

export interface Read {
  readonly tick: number;
  /** Documents on the page; one may be there twice. */
  readonly ids: readonly string[];
  readonly rates: boolean;
  readonly covers: boolean;
  /** How long the page is on its way, in milliseconds: what was read early may be delivered late. */
  readonly delay: number;
  /** Whether the next page is written in the same batch. */
  readonly gathers: boolean;
}

/** One reader: it asks for pages one after the other, each holding what the source shows at that tick. */
export interface Lane {
  readonly source: Source;
  readonly lane: string;
  readonly reads: readonly Read[];
}

export interface OrderWorld {
  readonly versions: readonly Version[];
  readonly rates: readonly RateVersion[];
  readonly lanes: readonly Lane[];
  /** How far the shop's coverage gets, an index of `COVERED`. */
  readonly reach: number;
}

const TICKS = 12;
const IDS: Readonly<Record<Source, readonly string[]>> = {
  shopify: ['9001', '9002', '9003', '9004'],
  odoo: ['21', '22', '23', '24', '25'],
};
/** Fewer names than orders: a name that two orders have tells nothing. */
const NAMES = ['1001', '1002', '1003', '1004', '1005'];
/** Instants of sales with their local day in Chile (UTC−3): one is already the next day in UTC. */
export const LOCAL_DAY: Readonly<Record<string, string>> = {
  '2026-11-01T13:00:00Z': '2026-11-01',
  '2026-11-02T02:30:00Z': '2026-11-01',
  '2026-11-02T13:00:00Z': '2026-11-02',
};
/** Rates of these days; the first is too old for the last day's sales, and is the only one for nobody. */
const RATE_DAYS = ['2026-10-25', '2026-11-02'];
/** Hours of grace end in between: at 13:59 a mirror of 13:00 still waits, at 14:00 it does no more. */
export const COVERED = ['2026-11-01T13:59:59Z', '2026-11-01T14:00:00Z', '2026-11-02T13:30:00Z', '2026-11-04T00:00:00Z'];

const tickOf = fc.integer({ min: 0, max: TICKS - 1 });
const maybe = <T>(from: readonly T[]) => fc.option(fc.constantFrom(...from), { nil: null });

const versionOf = (source: Source, sourceId: string, tick: number): fc.Arbitrary<Version> =>
  fc.record({
    source: fc.constant(source),
    sourceId: fc.constant(sourceId),
    tick: fc.constant(tick),
    // Every three ticks share a second: equal stamps must be told apart by the order of reading. Amounts differ within a second, so that
    // no document goes back within it (A→B→A out of order is the one case that versions cannot tell apart), but do repeat over seconds:
    // a newer version with old content must still be remembered as newer.
    stamp: fc.constant(Math.floor(tick / 3)),
    amount: fc.integer({ min: 1, max: 2 }).map((n) => n * 1000 + (tick % 3)),
    currency: source === 'odoo' ? fc.constantFrom('CLP', 'CLF') : fc.constant('CLP'),
    at: fc.constantFrom(...Object.keys(LOCAL_DAY)),
    status: source === 'shopify' ? fc.constantFrom('open', 'completed', 'cancelled') : fc.constantFrom('open', 'quotation', 'cancelled'),
    shopId: source === 'shopify' ? fc.constant(sourceId) : maybe([...IDS.shopify, '9009']),
    shopName: source === 'shopify' ? fc.constantFrom(...NAMES) : maybe(NAMES),
    lines: fc.subarray([1, 2, 3]),
    refunds: source === 'shopify' ? fc.subarray([1, 2]) : fc.constant([]),
  });

const ticksOf = (min: number, max: number) => fc.uniqueArray(tickOf, { minLength: min, maxLength: max });

const documentOf = (source: Source, sourceId: string): fc.Arbitrary<Version[]> =>
  ticksOf(1, 4).chain((ticks) => fc.tuple(...ticks.map((tick) => versionOf(source, sourceId, tick))));

const rateOf = (day: string): fc.Arbitrary<RateVersion[]> =>
  ticksOf(0, 3).chain((ticks) =>
    fc.tuple(
      ...ticks.map((tick) =>
        fc.integer({ min: 1, max: 99 }).map((n) => ({ day, tick, stamp: Math.floor(tick / 3), hundredths: 300 * n + (tick % 3) })),
      ),
    ),
  );

const laneOf = (source: Source, lane: string): fc.Arbitrary<Lane> => {
  const page = fc.record({
    tick: tickOf,
    ids: fc.array(fc.constantFrom(...IDS[source]), { minLength: 1, maxLength: 6 }),
    rates: fc.boolean(),
    covers: fc.boolean(),
    delay: fc.integer({ min: 0, max: 12 }),
    gathers: fc.boolean(),
  });
  // A reader cannot ask for the past. The live lane at last reads everything once, which is what an overlap guarantees; the backfill
  // does not, so what it read long ago may be delivered after the newest.
  return fc.array(page, { minLength: 1, maxLength: 5 }).map((reads) => ({
    source,
    lane,
    reads: [
      ...reads.sort((a, b) => a.tick - b.tick),
      ...(lane === 'live' ? [{ tick: TICKS, ids: IDS[source], rates: true, covers: true, delay: 0, gathers: false }] : []),
    ],
  }));
};

/** Documents of both sources with versions, rates, and four readers that meet them at different times. */
export const worldArbitrary: fc.Arbitrary<OrderWorld> = fc.record({
  versions: fc
    .tuple(...IDS.shopify.map((id) => documentOf('shopify', id)), ...IDS.odoo.map((id) => documentOf('odoo', id)))
    .map((documents) => documents.flat()),
  rates: fc.tuple(...RATE_DAYS.map(rateOf)).map((rates) => rates.flat()),
  lanes: fc.tuple(laneOf('shopify', 'live'), laneOf('shopify', 'backfill:x'), laneOf('odoo', 'live'), laneOf('odoo', 'backfill:x')),
  reach: fc.integer({ min: 0, max: COVERED.length - 1 }),
});

/** The last of the versions that existed at a tick. */
function lastBy<T extends { readonly tick: number }>(versions: readonly T[], tick: number): T | undefined {
  return versions.filter((v) => v.tick <= tick).sort((a, b) => b.tick - a.tick)[0];
}

const shown = (world: OrderWorld, source: Source, sourceId: string, tick: number): Version | undefined =>
  lastBy(
    world.versions.filter((v) => v.source === source && v.sourceId === sourceId),
    tick,
  );

const ratesAt = (world: OrderWorld, tick: number): RateVersion[] =>
  RATE_DAYS.flatMap(
    (day) =>
      lastBy(
        world.rates.filter((r) => r.day === day),
        tick,
      ) ?? [],
  );

export interface DeliveredPage {
  readonly versions: readonly Version[];
  readonly rates: readonly RateVersion[];
  readonly readSeq: bigint;
  readonly covered: string | null;
  readonly delay: number;
  readonly gathers: boolean;
}

/** The pages of a lane. The number of a read grows with the tick it happens at, as one database sequence drawn before each request does. */
export function pagesOf(world: OrderWorld, lane: Lane): DeliveredPage[] {
  const offset = ['shopify/live', 'shopify/backfill:x', 'odoo/live', 'odoo/backfill:x'].indexOf(`${lane.source}/${lane.lane}`);
  return lane.reads.map((read, i) => ({
    versions: read.ids.flatMap((id) => shown(world, lane.source, id, read.tick) ?? []),
    rates: lane.source === 'odoo' && read.rates ? ratesAt(world, read.tick) : [],
    readSeq: BigInt(read.tick * 1000 + i * 10 + offset + 1),
    covered:
      lane.source === 'shopify' && lane.lane === 'live' && read.covers ? COVERED[Math.min(world.reach, Math.floor(read.tick / 4))]! : null,
    delay: read.delay,
    gathers: read.gathers,
  }));
}

/** What the warehouse must end with: the last version of each document, and of each rate. */
export function newest(world: OrderWorld): { readonly documents: Version[]; readonly rates: RateVersion[]; readonly covered: string } {
  return {
    documents: (Object.keys(IDS) as Source[]).flatMap((source) => IDS[source].flatMap((id) => shown(world, source, id, TICKS) ?? [])),
    rates: ratesAt(world, TICKS),
    // The last live page of the shop covers up to the reach.
    covered: COVERED[Math.min(world.reach, TICKS / 4)]!,
  };
}
