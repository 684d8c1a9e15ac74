import pg from 'pg';
import { spread, type Spread } from '../measure.ts';
import type { BoundCard } from '../../../src/dashboards/card-sql.ts';

export interface Timed {
  /** The whole set of the dashboard's queries, milliseconds. */
  readonly all: Spread;
  /** Median of each query, milliseconds. */
  readonly queries: Readonly<Record<string, number>>;
}

/** Runs a dashboard's queries one after the other as one role, `repeat` times after two that do not count. */
export async function timeDashboard(url: string, cards: Readonly<Record<string, BoundCard>>, repeat: number): Promise<Timed> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const totals: number[] = [];
    const each = new Map<string, number[]>();
    for (let i = -2; i < repeat; i += 1) {
      let total = 0;
      for (const [name, { text, values }] of Object.entries(cards)) {
        const started = performance.now();
        await client.query(text, [...values]);
        const took = performance.now() - started;
        total += took;
        if (i >= 0) each.set(name, [...(each.get(name) ?? []), took]);
      }
      if (i >= 0) totals.push(total);
    }
    return { all: spread(totals), queries: Object.fromEntries([...each].map(([name, took]) => [name, spread(took).median])) };
  } finally {
    await client.end();
  }
}
