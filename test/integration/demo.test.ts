import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { runningCluster } from '../../src/local/cluster.ts';
import { demoDatabase } from '../../src/local/prepare-demo.ts';
import { localClusterFolder } from '../../src/local/state.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { kpi, launchKpi, processesOf, until, type Ended } from '../support/processes.ts';

// One demo's life in order, each test going on where the one before stopped: a run of its own for each would cost minutes.
const home = await mkdtemp(join(tmpdir(), 'kpi-demo-'));
afterAll(async () => {
  await kpi(['local', 'stop'], { home });
  for (const pid of (await processesOf(home)).keys()) process.kill(pid, 'SIGKILL');
  await rm(home, { recursive: true, force: true });
});

const counted = z.record(z.string(), z.number());
/** The document of a demo; strict where the promise is about keys. */
const DOCUMENT = z.object({
  ok: z.boolean(),
  database_url: z.string(),
  tenants: z.array(z.object({ id: z.uuid(), rut: z.string(), reader_url: z.string() })),
  tables: counted,
  runs: z.array(z.object({ tenant_id: z.uuid(), source: z.string(), stream: z.string(), rows: z.number(), seconds: z.number() }).strict()),
  world_diff: z.array(z.unknown()),
  world_diff_count: z.number(),
  reconciliation: z.object({ injected: counted, found: counted, remainder: z.string() }).strict(),
  peak_mb: z.number(),
  seconds: z.number(),
  anchor: z.iso.datetime(),
});
type Document = z.infer<typeof DOCUMENT>;

function documentOf(ended: Ended): Document {
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return DOCUMENT.parse(JSON.parse(ended.stdout));
}

const expectAgreement = (document: Document) => {
  expect(document).toMatchObject({ ok: true, world_diff: [], world_diff_count: 0, reconciliation: { remainder: '0' } });
  expect(document.reconciliation.found).toEqual(document.reconciliation.injected);
  // An empty warehouse would agree with an empty world.
  expect(Object.keys(document.reconciliation.injected).length).toBeGreaterThan(3);
  expect(document.tables['public.source_orders']).toBeGreaterThan(100);
};

/** Rows of a query of the cluster's superuser; null while there is nothing to ask. */
async function asAdmin<R extends pg.QueryResultRow>(text: string): Promise<R[] | null> {
  const cluster = await runningCluster(localClusterFolder(home));
  if (cluster === undefined) return null;
  return withDirectSession(cluster.adminUrl(demoDatabase), (session) => session.run<R>(text)).catch(() => null);
}

const programsLeft = async () => [...(await processesOf(home)).values()].filter((line) => /cli\.ts|sandbox|kpi\.mjs/.test(line));

/** What has been written to every fact table so far: rows, writes and the last write. */
async function writes(): Promise<Record<string, string>> {
  const facts = (await asAdmin<{ name: string }>(
    `select c.table_name as name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'revision' and t.table_type = 'BASE TABLE' order by 1`,
  ))!;
  const sums: Record<string, string> = {};
  for (const { name } of facts) {
    const found = await asAdmin<{ sum: string }>(
      `select concat_ws(' ', count(*), sum(revision), max(synced_at), max(xmin::text::bigint)) as sum from public.${name}`,
    );
    sums[name] = found![0]!.sum;
  }
  return sums;
}

let kept: Document;

test('kill -9 of a demo in the middle takes its workers and its sandbox along, and leaves the database', async () => {
  const demo = launchKpi(['demo', '--once', '--json', '--orders', '120'], { home });
  const committed = `select count(*)::int as n from ops.streams where lane = 'live' and last_success_at is not null`;
  await until('some streams are in', async () => {
    const n = (await asAdmin<{ n: number }>(committed))?.[0]?.n ?? 0;
    return n >= 3;
  });
  const program = [...(await processesOf(home))].find(([pid, line]) => pid !== demo.pid && /src\/cli\.ts demo/.test(line));
  process.kill(program![0], 'SIGKILL');
  const ended = await demo.ended;
  expect(ended.stdout).toBe('');
  expect(demo.process.signalCode).toBe('SIGKILL');
  await until('workers and sandbox are gone', async () => (await programsLeft()).length === 0);
  // Proves that the kill came in the middle, and that the next test adopts a database.
  const streams = await asAdmin<{ all: number; open: number }>(
    `select count(*)::int as all, count(*) filter (where last_success_at is null)::int as open from ops.streams where lane = 'live'`,
  );
  expect(streams![0]!.all).toBeGreaterThan(20);
  expect(streams![0]!.open).toBeGreaterThan(0);
}, 90_000);

test('--resume ends it, though a worker is killed on the way, and the numbers agree with the world', async () => {
  const demo = launchKpi(['demo', '--resume', '--once', '--json', '--keep'], { home });
  const busy = `select w.pid from ops.workers w where w.seen_at > clock_timestamp() - interval '3 seconds'
    and exists (select from graphile_worker._private_jobs j where j.locked_by = w.pool_id)`;
  const pid = await until('a worker is busy', async () => {
    const rows = (await asAdmin<{ pid: number }>(busy)) ?? [];
    const alive = await processesOf(home);
    return rows.find((row) => /src\/cli\.ts worker/.test(alive.get(row.pid) ?? ''))?.pid;
  });
  process.kill(pid, 'SIGKILL');
  const ended = await demo.ended;
  expect(ended.stderr).toContain('a worker ended; another is started');
  kept = documentOf(ended);
  expectAgreement(kept);
  expect(kept.tenants).toHaveLength(3);
  expect(new Set(kept.runs.map((run) => run.source))).toEqual(new Set(['odoo', 'shopify', 'chatwoot', 'n8n']));
  expect(kept.peak_mb).toBeGreaterThan(0);
  expect(await programsLeft()).toEqual([]);
}, 90_000);

test("--keep leaves the database: a tenant's reader asks the brief's queries and sees no other tenant", async () => {
  const [tenant, other] = kept.tenants;
  const reader = new pg.Client({ connectionString: tenant!.reader_url });
  await reader.connect();
  try {
    const sales = `SELECT t.rut, t.company_name, SUM(o.amount_total) as total_sales, COUNT(o.id) as total_orders
FROM tenants t LEFT JOIN orders o ON o.tenant_id = t.id
WHERE o.created_at >= NOW() - INTERVAL '30 days'
GROUP BY t.rut, t.company_name ORDER BY total_sales DESC;`;
    const found = (await reader.query<{ rut: string; total_sales: string }>(sales)).rows;
    expect(found.map((row) => row.rut)).toEqual([tenant!.rut]);
    expect(Number(found[0]!.total_sales)).toBeGreaterThan(0);
    const tickets = (id: string) => `SELECT channel, status, COUNT(*) as total FROM conversations
WHERE tenant_id = ${pg.escapeLiteral(id)} AND created_at >= NOW() - INTERVAL '7 days' GROUP BY channel, status;`;
    const flows = (id: string) => `SELECT workflow_name, COUNT(*) as executions, AVG(duration_ms) as avg_duration,
       SUM(CASE WHEN status = 'error' THEN 1 ELSE 0 END) as errors
FROM workflow_executions
WHERE tenant_id = ${pg.escapeLiteral(id)} AND created_at >= NOW() - INTERVAL '30 days'
GROUP BY workflow_name ORDER BY executions DESC LIMIT 10;`;
    for (const query of [tickets, flows]) {
      expect((await reader.query(query(tenant!.id))).rows.length).toBeGreaterThan(0);
      expect((await reader.query(query(other!.id))).rows).toEqual([]);
    }
  } finally {
    await reader.end();
  }
});

let before: Record<string, string>;

test('kpi local stop ends what --keep left', async () => {
  before = await writes();
  expect(Object.keys(before).length).toBeGreaterThan(15);
  const stopped = await kpi(['local', 'stop', '--json'], { home });
  expect(JSON.parse(stopped.stdout)).toEqual({ stopped: true });
  expect(await runningCluster(localClusterFolder(home))).toBeUndefined();
});

test('without --keep nothing is left running, and a second sync with nothing changed writes no fact row', async () => {
  const again = documentOf(await launchKpi(['demo', '--resume', '--once', '--json'], { home }).ended);
  expectAgreement(again);
  expect(again.anchor).toBe(kept.anchor);
  expect(again.tenants).toEqual(kept.tenants);
  expect(await runningCluster(localClusterFolder(home))).toBeUndefined();
  expect([...(await processesOf(home)).values()]).toEqual([]);

  await kpi(['local', 'start'], { home });
  expect(await writes()).toEqual(before);
}, 90_000);
