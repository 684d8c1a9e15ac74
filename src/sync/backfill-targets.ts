import type { Connector, InstantRange, Stream } from '#contract';
import { listConnections, type ConnectionRow } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import { instantOf } from '../store/local-instant.ts';
import { BackfillRefused } from './backfill-refused.ts';

export interface BackfillTenant {
  readonly id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly time_zone: string;
}

/** What a person wants read again. */
export interface BackfillScope {
  readonly tenants: readonly BackfillTenant[];
  /** Undefined: every source that is connected, every stream that has a past. */
  readonly source?: string | undefined;
  readonly stream?: string | undefined;
  /** Local day or instant, included. */
  readonly from: string;
  /** Local day or instant, not included; now when left out. */
  readonly until?: string | undefined;
  /** What `from` and `until` are called where they were given, for messages about them. */
  readonly names: { readonly from: string; readonly until: string };
}

/** One stream of one connection, and the range of it. */
export interface BackfillTarget {
  readonly tenant: BackfillTenant;
  readonly connection: ConnectionRow;
  readonly connector: Connector;
  readonly stream: Stream<unknown>;
  readonly range: InstantRange;
}

/** A stream that was not named and cannot be read again by dates. */
export interface LeftOut {
  readonly tenant: BackfillTenant;
  readonly source: string;
  readonly stream: string;
  readonly because: string;
}

export interface BackfillTargets {
  readonly targets: readonly BackfillTarget[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The streams that a wish is about, each with its range in its company's own zone. What lies in the future is cut off.
 * @throws BackfillRefused; WrongInstant
 */
export async function backfillTargets(db: Database, connectors: readonly Connector[], scope: BackfillScope): Promise<BackfillTargets> {
  const wanted = wantedStreams(connectors, scope);
  const rangeOf = ranges(db, scope);
  // What is wrong with the range is told first, also to whoever has nothing connected yet.
  for (const tenant of scope.tenants.slice(0, 1)) await rangeOf(tenant);
  const targets: BackfillTarget[] = [];
  const leftOut: LeftOut[] = [];
  const only = scope.tenants.length === 1 ? scope.tenants[0]! : null;
  const connections = Map.groupBy(await listConnections(db, only === null ? {} : { tenantId: only.id }), (one) => one.tenant_id);
  for (const tenant of scope.tenants) {
    for (const connection of connections.get(tenant.id) ?? []) {
      const connector = connectors.find(({ id }) => id === connection.source);
      if (connector === undefined || !wanted.has(connector.id)) continue;
      for (const stream of connector.streams) {
        if (!wanted.get(connector.id)!.includes(stream)) continue;
        if (hasPast(stream)) targets.push({ tenant, connection, connector, stream, range: await rangeOf(tenant) });
        else leftOut.push({ tenant, source: connector.id, stream: stream.name, because: 'it is a present state without a past' });
      }
    }
  }
  if (targets.length === 0) throw nothingConnected(scope, [...wanted.keys()]);
  return { targets, leftOut };
}

/** Streams that a wish names, by source. @throws BackfillRefused */
function wantedStreams(connectors: readonly Connector[], scope: BackfillScope): Map<string, readonly Stream<unknown>[]> {
  const { source, stream: name, tenants } = scope;
  const all = source === undefined ? connectors : connectors.filter(({ id }) => id === source);
  if (all.length === 0) {
    const known = connectors.map(({ id }) => id).join(', ');
    throw new BackfillRefused('unknown_source', `there is no source "${source ?? ''}"; there are: ${known}`);
  }
  const found = all.map((connector) => ({
    connector,
    streams: connector.streams.filter((stream) => name === undefined || stream.name === name),
  }));
  const wanted = found.filter(({ streams }) => streams.length > 0);
  if (wanted.length === 0) {
    const names = (connector: Connector) => connector.streams.map((stream) => stream.name).join(', ');
    const [only] = all;
    const told =
      source === undefined
        ? `no source has a stream "${name ?? ''}"; there are: ${all.map((one) => `${one.id}: ${names(one)}`).join('; ')}`
        : `${source} has no stream "${name ?? ''}"; it has: ${names(only!)}`;
    throw new BackfillRefused('unknown_stream', told);
  }
  const past = wanted.filter(({ streams }) => streams.some(hasPast));
  if (past.length === 0) {
    const { connector, streams } = wanted[0]!;
    throw new BackfillRefused(
      'no_past',
      `${connector.id} ${streams[0]!.name} is a present state without a past; read it again with: kpi sync --tenant ${tenants[0]?.rut ?? '<rut>'} --source ${connector.id} --stream ${streams[0]!.name}`,
    );
  }
  return new Map(past.map(({ connector, streams }) => [connector.id, streams]));
}

const hasPast = (stream: Stream<unknown>): boolean => stream.backfill !== 'snapshot' && stream.backfill !== 'none';

function nothingConnected({ tenants, source }: BackfillScope, sources: readonly string[]): BackfillRefused {
  const what = source ?? sources.join(' or ');
  const [tenant] = tenants;
  if (tenant === undefined) return new BackfillRefused('not_connected', 'there is no company yet; add one: kpi tenant add');
  const who = tenants.length === 1 ? `${tenant.company_name} has` : `none of the ${tenants.length} companies has`;
  return new BackfillRefused('not_connected', `${who} no ${what}; connect it: kpi connect ${source ?? sources[0]!} --tenant ${tenant.rut}`);
}

/** The range in each company's zone; asked once for each zone. */
function ranges(db: Database, scope: BackfillScope): (tenant: BackfillTenant) => Promise<InstantRange> {
  const known = new Map<string, Promise<InstantRange>>();
  const now = new Date();
  return ({ time_zone: zone }) => {
    const before = known.get(zone);
    if (before !== undefined) return before;
    const asked = rangeIn(db, scope, zone, now);
    known.set(zone, asked);
    return asked;
  };
}

async function rangeIn(db: Database, { from: first, until: last, names }: BackfillScope, zone: string, now: Date): Promise<InstantRange> {
  const from = await instantOf(db, first, zone, names.from);
  const end = last === undefined ? now : await instantOf(db, last, zone, names.until);
  if (from > now) throw new BackfillRefused('future_range', `the range lies in the future: ${names.from} ${first}`);
  if (from >= end)
    throw new BackfillRefused('empty_range', `the range is empty: ${names.from} ${first} is not before ${names.until} ${last ?? 'now'}`);
  return { from: from.toISOString(), until: (end > now ? now : end).toISOString() };
}
