import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { spread, type Spread } from '../measure.ts';
import type { BoundCard } from '../../../src/dashboards/card-sql.ts';

export interface Timed {
  /** The whole set of the dashboard's queries, milliseconds. */
  readonly all: Spread;
  /** Median of each query, milliseconds. */
  readonly queries: Readonly<Record<string, number>>;
  /** Processor time of the database for the whole set, milliseconds; null where the system does not tell (only Linux does). */
  readonly cpu: Spread | null;
}

// A session of a pool has read before: the plans of its functions are those that it keeps (from the sixth time on).
const BEFORE = 6;

/** Runs a dashboard's queries one after the other as one role, `repeat` times after some that do not count. */
export async function timeDashboard(url: string, cards: Readonly<Record<string, BoundCard>>, repeat: number): Promise<Timed> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const clock = await processorClock(client);
    const totals: number[] = [];
    const processor: number[] = [];
    const each = new Map<string, number[]>();
    for (let i = -BEFORE; i < repeat; i += 1) {
      let total = 0;
      const began = await clock?.();
      for (const [name, { text, values }] of Object.entries(cards)) {
        const started = performance.now();
        await client.query(text, [...values]);
        const took = performance.now() - started;
        total += took;
        if (i >= 0) each.set(name, [...(each.get(name) ?? []), took]);
      }
      if (i < 0) continue;
      totals.push(total);
      if (clock !== null && began !== undefined) processor.push((await clock()) - began);
    }
    return {
      all: spread(totals),
      queries: Object.fromEntries([...each].map(([name, took]) => [name, spread(took).median])),
      cpu: clock === null ? null : spread(processor),
    };
  } finally {
    await client.end();
  }
}

/** Reads how many milliseconds of processor time this session's server process has had. */
async function processorClock(client: pg.Client): Promise<(() => Promise<number>) | null> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const read = async () => Number((await readFile(`/proc/${rows[0]!.pid}/schedstat`, 'utf8')).split(' ')[0]) / 1e6;
  return read().then(
    () => read,
    () => null,
  );
}
