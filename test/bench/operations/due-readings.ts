import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/store/database.ts';
import { enqueueDue } from '../../../src/store/streams.ts';

/** An ordinary reading that became due while it was watched, and how it was served. */
export interface DueReading {
  readonly connectionId: string;
  readonly stream: string;
  /** By the database's clock, as the two that follow. */
  readonly due: Date;
  /** Before and after its connection was queued. */
  readonly seen: Date;
  readonly queued: Date;
  /** Milliseconds from when it was due until it was begun. */
  readonly waitedMs: number;
}

/** How often the schedule is looked at; in production once a minute, which would hide everything else. */
const TICK_MS = 200;
const DUE = `select connection_id, stream, next_run_at as due, clock_timestamp() as seen from ops.streams
  where lane = 'live' and tenant_id = any ($1) and next_run_at <= clock_timestamp() and expires_at < clock_timestamp()`;
const BEGAN = `select connection_id, stream, started_at from ops.runs
  where lane = 'live' and tenant_id = any ($1) and started_at >= $2 order by started_at`;
const NOW = 'select clock_timestamp() as now';
const LONGEST_MS = 60_000;

interface Due {
  readonly connection_id: string;
  readonly stream: string;
  readonly due: Date;
  readonly seen: Date;
  readonly queued: Date;
}

/**
 * Plays the tick for so many seconds and follows every reading of these companies that becomes due meanwhile to where it begins.
 * @throws when one of them is not begun within a minute after the end
 */
export async function watchDueReadings(db: Database, tenants: readonly string[], seconds: number): Promise<DueReading[]> {
  const found = new Map<string, Due>();
  const begun = new Date(Date.now() - 60_000);
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(TICK_MS)) {
    const { rows } = await db.query<Omit<Due, 'queued'>>(DUE, [tenants]);
    await enqueueDue(db);
    const queued = (await db.query<{ now: Date }>(NOW)).rows[0]!.now;
    for (const row of rows) {
      const key = `${row.connection_id} ${row.stream} ${row.due.getTime()}`;
      if (!found.has(key)) found.set(key, { ...row, queued });
    }
  }
  const readings = async (): Promise<DueReading[] | null> => {
    const runs = (await db.query<{ connection_id: string; stream: string; started_at: Date }>(BEGAN, [tenants, begun])).rows;
    const served: DueReading[] = [];
    for (const { connection_id, stream, due, seen, queued } of found.values()) {
      const run = runs.find((one) => one.connection_id === connection_id && one.stream === stream && one.started_at >= due);
      if (run === undefined) return null;
      served.push({ connectionId: connection_id, stream, due, seen, queued, waitedMs: run.started_at.getTime() - due.getTime() });
    }
    return served;
  };
  for (const patience = performance.now() + LONGEST_MS; performance.now() < patience; await sleep(TICK_MS)) {
    const served = await readings();
    if (served !== null) return served;
    await enqueueDue(db);
  }
  throw new Error('a reading that was due has not begun for a minute');
}
