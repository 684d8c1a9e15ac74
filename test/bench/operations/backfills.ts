import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { benchDatabase } from '../bench-database.ts';
import { timeLongBackfill, type LongBackfill } from './long-backfill.ts';
import { timePlanning, type Planning } from './planning.ts';

/** Planning backfills of many companies, and a long one from its first slice to its last. */
export async function benchBackfills(
  options: { readonly companies: number; readonly orders: number },
  say: (text: string) => void,
): Promise<{ readonly planning: Planning; readonly backfill: LongBackfill }> {
  const home = await mkdtemp(join(tmpdir(), 'kpi-bench-operations-'));
  // As a warehouse runs: durable, and vacuumed while it works.
  const database = await benchDatabase({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' });
  // The sources' own pace is what is measured, not our politeness; planning keeps to the rate that is the default.
  const open = (requestsPerSecond: string | undefined) => {
    const config = readConfig({
      DATABASE_URL: database.adminUrl,
      KPI_ROLE_SECRET: database.roleSecret,
      KPI_HOME: home,
      ...(requestsPerSecond === undefined ? {} : { KPI_REQUESTS_PER_SECOND: requestsPerSecond }),
    });
    return openApp(config, config.database!, createLog({ level: 'silent' }));
  };
  const [polite, hurried] = [open(undefined), open('100000')];
  try {
    say(`planning two years of ${options.companies} companies …`);
    const planning = await timePlanning(polite, options.companies);
    say(`a backfill of ${options.orders} orders …`);
    return { planning, backfill: await timeLongBackfill(hurried, options.orders, say) };
  } finally {
    await polite.close();
    await hurried.close();
    await database.remove();
    await rm(home, { recursive: true, force: true });
  }
}
