import type { Log } from '#contract';
import type { LanePlace } from '../store/lease.ts';

/** What names a run on every line about it, in words that stay: one can follow it from the queue to the last request. */
export type RunFields = {
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly stream: string;
  readonly lane: string;
};

export function runFields({ tenantId, connectionId, stream, lane }: LanePlace, source: string): RunFields {
  return { tenant_id: tenantId, connection_id: connectionId, source, stream, lane };
}

/** The same log with these fields on every line; asked for each line, because a run gets its number after its log. */
export function logWith(log: Log, fields: () => Readonly<Record<string, unknown>>): Log {
  return {
    debug: (own, message) => log.debug({ ...fields(), ...own }, message),
    info: (own, message) => log.info({ ...fields(), ...own }, message),
    warn: (own, message) => log.warn({ ...fields(), ...own }, message),
  };
}
