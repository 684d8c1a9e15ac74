import { audit, type Author } from './audit.ts';
import type { Database } from './database.ts';
import { sqlFile } from './sql-file.ts';
import { showHealth } from './stream-health.ts';

/** When one stream of a connection is read. */
export interface StreamSchedule {
  readonly connection_id: string;
  readonly source: string;
  readonly name: string;
  readonly stream: string;
  /** Longest pause between two runs; a busy stream is read sooner. */
  readonly interval_seconds: number;
  /** Whether a person set it. */
  readonly set_by_person: boolean;
  /** `HH:MM` of the tenant's clock; null: the source has no quiet hours. */
  readonly quiet_from: string | null;
  /** `HH:MM`, of the next day when it is not after `quiet_from`. */
  readonly quiet_until: string | null;
  readonly next_run_at: Date;
  /** Whether it is quiet now: until then it is not read by itself. */
  readonly quiet_now_until: Date | null;
}

/** What a person wants to be otherwise; what is left out stays. */
export interface ScheduleChange {
  readonly tenantId: string;
  readonly connectionId: string;
  /** Only this stream's interval; all of the connection when left out. Quiet hours are the connection's. */
  readonly stream?: string;
  /** Seconds per stream, or null: the connector's own, as `defaults` says. */
  readonly intervalSeconds?: number | null;
  readonly defaults: ReadonlyMap<string, number>;
  /** Local times `HH:MM`, or null: none. */
  readonly quiet?: { readonly from: string; readonly until: string } | null;
}

const SHOW = sqlFile('schedule-show');
const SET_INTERVAL = sqlFile('schedule-interval');
const SET_QUIET = 'update ops.connections set quiet_from = $3::time, quiet_until = $4::time where tenant_id = $1 and id = $2';
const LIVE = `select stream from ops.streams where tenant_id = $1 and connection_id = $2 and lane = 'live'`;
const QUIET_UNTIL = `select ops.quiet_ends(clock_timestamp(), t.time_zone, c.quiet_from, c.quiet_until) as until
  from public.tenants t join ops.connections c on c.tenant_id = t.id and c.id = $2 where t.id = $1`;

/** The schedule of every stream of a tenant, or of one connection. */
export async function showSchedule(db: Database, tenantId: string, connectionId: string | null = null): Promise<StreamSchedule[]> {
  return (await db.query<StreamSchedule>(SHOW, [tenantId, connectionId])).rows;
}

/**
 * Changes interval or quiet hours of a connection. A shorter interval holds at once: what would be due later than it allows is due then.
 * @returns the streams whose interval was set
 */
export async function changeSchedule(db: Database, change: ScheduleChange, author: Author): Promise<string[]> {
  const { tenantId, connectionId, stream, intervalSeconds, quiet, defaults } = change;
  return db.transaction(tenantId, async ({ query }) => {
    const streams = (await query<{ stream: string }>(LIVE, [tenantId, connectionId])).rows.map((row) => row.stream);
    const wanted = intervalSeconds === undefined ? [] : streams.filter((name) => stream === undefined || stream === name);
    const usual = wanted.map((name) => defaults.get(name) ?? null);
    if (wanted.length > 0) await query(SET_INTERVAL, [tenantId, connectionId, wanted, intervalSeconds ?? null, usual]);
    if (quiet !== undefined) await query(SET_QUIET, [tenantId, connectionId, quiet?.from ?? null, quiet?.until ?? null]);
    for (const name of streams) await showHealth(query, { tenantId, connectionId, stream: name });
    const said = { connection: connectionId, streams: wanted, interval_seconds: intervalSeconds, quiet };
    if (wanted.length > 0 || quiet !== undefined) await audit(query, tenantId, author, 'connection.schedule', said);
    return wanted;
  });
}

/** The end of a connection's quiet hours when they are now, else null. */
export async function quietUntil(db: Database, tenantId: string, connectionId: string): Promise<Date | null> {
  return (await db.query<{ until: Date | null }>(QUIET_UNTIL, [tenantId, connectionId])).rows[0]?.until ?? null;
}
