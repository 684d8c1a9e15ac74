import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { benchDatabase } from '../bench-database.ts';
import { timeLongBackfill, type LongBackfill } from '../operations/long-backfill.ts';
import { backfillOptions } from '../options.ts';

/** One backfill of one shop from its first slice to its last: whether the rate and the memory stay what they were. */
export async function benchBackfill(args: readonly string[]): Promise<void> {
  const options = backfillOptions(args);
  const result = await longBackfill(options.orders, (text) => void process.stderr.write(`${text}\n`));
  if (options.json) console.log(JSON.stringify(result));
  else console.table(Object.fromEntries(Object.entries(result).map(([name, value]) => [name, JSON.stringify(value)])));
}

async function longBackfill(orders: number, say: (text: string) => void): Promise<LongBackfill> {
  const home = await mkdtemp(join(tmpdir(), 'kpi-bench-backfill-'));
  // As a warehouse runs: durable, and vacuumed while it works.
  const database = await benchDatabase({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' });
  const config = readConfig({
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    KPI_HOME: home,
    // The source's own pace is what is measured, not our politeness.
    KPI_REQUESTS_PER_SECOND: '100000',
  });
  const app = openApp(config, config.database!, createLog({ level: 'silent' }));
  try {
    say(`a shop of ${orders} orders …`);
    return await timeLongBackfill(app, orders, say);
  } finally {
    await app.close();
    await database.remove();
    await rm(home, { recursive: true, force: true });
  }
}
