import pg from 'pg';
import { rebuildTenant } from '../../../src/store/rebuild.ts';
import { Database } from '../../../src/store/database.ts';
import { withDirectSession } from '../../../src/store/direct-session.ts';
import { createReader } from '../../../src/store/reader-role.ts';
import { roleUrl } from '../../../src/store/role-urls.ts';
import { benchDatabase, READING } from '../bench-database.ts';
import { kpiOptions } from '../options.ts';
import { timedDashboards } from './dashboards.ts';
import { derive } from './derive.ts';
import { fill } from './fill.ts';
import { timeDashboard, type Timed } from './read-path.ts';
import { upkeepShare } from './upkeep.ts';

/** How long the dashboards, a rebuild and the upkeep of the roll-ups take in a warehouse of many tenants. */
export async function benchKpi(args: readonly string[]): Promise<void> {
  const options = kpiOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const database = await benchDatabase(READING);
  const admin = new pg.Client({ connectionString: database.adminUrl });
  const db = new Database({ url: database.writerUrl, limits: { statementMs: 600_000, idleMs: 60_000, lockMs: 10_000 } });
  try {
    await admin.connect();
    say('upkeep of the roll-ups …');
    const upkeep = await upkeepShare(database.writerUrl, options.repeat);
    const until = new Date().toISOString();
    await fill(admin, options, until, say);
    const { rows } = await admin.query<{ id: string }>(
      "select id from public.tenants where company_name like 'Empresa %' and company_name <> 'Empresa de prueba' order by rut",
    );
    const tenants = rows.map(({ id }) => id);
    for (const [i, id] of tenants.entries()) {
      if (i % 10 === 0) say(`deriving tenant ${i + 1} of ${tenants.length} …`);
      await derive(db, id);
      // Plans of the next tenants rest on what the first have.
      if (i === 0 || i === 9) await admin.query('analyze');
    }
    await admin.query('vacuum analyze');
    const measured = tenants[tenants.length >> 1] ?? '';
    const rebuildSeconds = await secondRebuild(db, measured);
    say('dashboards …');
    const reader = await withDirectSession(database.adminUrl, (session) =>
      createReader(session, { tenantId: measured, roleSecret: database.roleSecret }),
    );
    const readerUrl = roleUrl(database.adminUrl, reader.role, database.roleSecret);
    const analystUrl = roleUrl(database.adminUrl, 'kpi_analyst', database.roleSecret);
    // The tenants of the bench are in Chile; a day more or less covered changes no plan.
    const today = new Date(Date.parse(until) - 5 * 3_600_000).toISOString().slice(0, 10);
    const dashboards: Record<string, Timed> = {};
    const executive: Record<string, Timed> = {};
    for (const { key, audience, cards } of timedDashboards(today)) {
      if (audience === 'tenant') dashboards[key] = await timeDashboard(readerUrl, cards, options.repeat);
      else executive[key] = await timeDashboard(analystUrl, cards, options.repeat);
    }
    const result = {
      tenants: options.tenants,
      orders_per_tenant: options.orders,
      tenant_dashboard_ms_max: Math.max(...Object.values(dashboards).map(({ all }) => all.median)),
      executive_ms: Math.max(...Object.values(executive).map(({ all }) => all.median)),
      upkeep_share: upkeep.median,
      rebuild_seconds: rebuildSeconds,
      dashboards,
      executive,
      upkeep,
    };
    console.log(options.json ? JSON.stringify(result) : table(result));
  } finally {
    await db.close();
    await admin.end().catch(() => undefined);
    await database.remove();
  }
}

/** A rebuild of a warehouse in which everything is as it must be: what it finds would be a mistake of the bench or of the product. */
async function secondRebuild(db: Database, tenantId: string): Promise<number> {
  const started = performance.now();
  const differences = await rebuildTenant(db, tenantId);
  const seconds = (performance.now() - started) / 1000;
  if (differences.length > 0)
    throw new Error(`a second rebuild found ${differences.length} differences, the first: ${JSON.stringify(differences[0])}`);
  return Number(seconds.toPrecision(3));
}

interface Result {
  readonly tenants: number;
  readonly orders_per_tenant: number;
  readonly tenant_dashboard_ms_max: number;
  readonly executive_ms: number;
  readonly upkeep_share: number;
  readonly rebuild_seconds: number;
  readonly dashboards: Readonly<Record<string, Timed>>;
  readonly executive: Readonly<Record<string, Timed>>;
}

function table(result: Result): string {
  const lines = [
    `${result.tenants} tenants of ${result.orders_per_tenant} orders; medians, milliseconds`,
    `worst dashboard of a tenant ${result.tenant_dashboard_ms_max} (goal 50), executive ${result.executive_ms} (goal 100)`,
    `roll-ups add ${(result.upkeep_share * 100).toFixed(1)} % to a write of 10,000 rows (goal 15), rebuild ${result.rebuild_seconds} s (goal 2)`,
    '',
  ];
  for (const [name, { all, queries }] of Object.entries({ ...result.dashboards, ...result.executive })) {
    lines.push(`${name.padEnd(14)} ${all.median} (${all.min}–${all.max})`);
    for (const [query, ms] of Object.entries(queries)) lines.push(`  ${query.padEnd(20)} ${ms}`);
  }
  return lines.join('\n');
}
