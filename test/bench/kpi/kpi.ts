import { loadavg } from 'node:os';
import pg from 'pg';
import { Database } from '../../../src/store/database.ts';
import { withDirectSession } from '../../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../../src/store/reader-role.ts';
import { roleUrl } from '../../../src/store/role-urls.ts';
import { benchDatabase, READING, type BenchDatabase } from '../bench-database.ts';
import { kpiOptions } from '../options.ts';
import { timedDashboards } from './dashboards.ts';
import { timeDashboard, type Timed } from './read-path.ts';
import { spread } from '../measure.ts';
import { fillingRebuild, secondRebuild } from './rebuild.ts';
import { resultTable } from './result-table.ts';
import { upkeepByFamily, upkeepOfKnownCustomers } from './upkeep.ts';
import { readyWarehouse } from './warehouse.ts';

/** How long the dashboards, a rebuild and the upkeep of the roll-ups take in a warehouse of many tenants. */
export async function benchKpi(args: readonly string[]): Promise<void> {
  const options = kpiOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const database = await benchDatabase(READING, options.keep);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl, limits: { statementMs: 600_000, idleMs: 60_000, lockMs: 10_000 } });
  try {
    await admin.connect();
    const { tenants, until } = await readyWarehouse(admin, db, options, say);
    const measured = tenants[tenants.length >> 1] ?? '';
    say('upkeep of the roll-ups …');
    const upkeep = await database.beside((writerUrl) => upkeepByFamily(writerUrl, options.repeat));
    const knownCustomers = await database.beside((writerUrl) => upkeepOfKnownCustomers(writerUrl, options.repeat));
    say('rebuild …');
    // The first of a company whose pages the database has not read yet; then as dashboards are measured, with what it has read at hand.
    const firstSeconds = await secondRebuild(database.writerUrl, measured);
    const again = [];
    for (let i = 0; i < 3; i++) again.push(await secondRebuild(database.writerUrl, measured));
    say('dashboards …');
    const { dashboards, executive } = await timeDashboards(database, measured, until, options.repeat);
    say('rebuild that fills …');
    const fillingSeconds = await fillingRebuild(database.writerUrl, admin, measured);
    const shares = Object.fromEntries(Object.entries(upkeep).map(([family, { share }]) => [family, share.median]));
    const result = {
      tenants: options.tenants,
      orders_per_tenant: options.orders,
      tenant_dashboard_ms_max: Math.max(...Object.values(dashboards).map(({ all }) => all.median)),
      executive_ms: Math.max(...Object.values(executive).map(({ all }) => all.median)),
      load_average: loadavg()[0],
      upkeep_share: Math.max(...Object.values(shares)),
      upkeep_share_by_family: shares,
      upkeep_share_known_customers: knownCustomers.share.median,
      rebuild_seconds: spread(again).median,
      first_rebuild_seconds: firstSeconds,
      filling_rebuild_seconds: fillingSeconds,
      dashboards,
      executive,
      upkeep,
    };
    console.log(options.json ? JSON.stringify(result) : resultTable(result));
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

type TimedByKey = Record<string, Timed>;

async function timeDashboards(database: BenchDatabase, tenantId: string, until: string, repeat: number) {
  const { adminUrl, roleSecret } = database;
  const reader = await withDirectSession(adminUrl, async (session) => {
    // A run before this one on the same folder has left its own.
    const [known] = await session.run('select reader_role from public.tenants where id = $1 and reader_role is not null', [tenantId]);
    if (known !== undefined) await dropReader(session, String(known['reader_role']));
    return createReader(session, { tenantId, roleSecret });
  });
  const readerUrl = roleUrl(adminUrl, reader.role, roleSecret);
  const analystUrl = roleUrl(adminUrl, 'kpi_analyst', roleSecret);
  // The tenants of the bench are in Chile; a day more or less covered changes no plan.
  const today = new Date(Date.parse(until) - 5 * 3_600_000).toISOString().slice(0, 10);
  const dashboards: TimedByKey = {};
  const executive: TimedByKey = {};
  for (const { key, audience, cards } of timedDashboards(today)) {
    if (audience === 'tenant') dashboards[key] = await timeDashboard(readerUrl, cards, repeat);
    else executive[key] = await timeDashboard(analystUrl, cards, repeat);
  }
  return { dashboards, executive };
}
