import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let token: string;
beforeAll(async () => {
  rig = await GatewayRig.open({ queryMs: 1500 });
  token = await rig.session('ANA');
});
afterAll(async () => rig.close());

const ask = (sql: string): Promise<Answer> =>
  rig.ask(token, '/api/metabase/query', { tenant_id: rig.two.a.tenantId, sql: sql.replaceAll('$victim', rig.two.b.tenantId) });

test('nothing that a statement did to its session is there for the next', async () => {
  const first = await ask(
    "select set_config('app.tenant_id', '$victim', false), pg_advisory_lock(42), set_config('timezone', 'Asia/Tokyo', false), pg_backend_pid()",
  );
  expect(first.status).toBe(200);
  const { rows } = await rig.two.seeder.client.query('select from pg_locks where locktype = $1 and objid = 42', ['advisory']);
  expect(rows).toEqual([]);
  const second = await ask(
    "select current_setting('app.tenant_id', true), current_setting('timezone'), current_setting('transaction_read_only')",
  );
  expect(second.body['rows']).toEqual([['', 'America/Santiago', 'on']]);
});

test('fifty statements at once of two companies share few connections, and none sees the other', async () => {
  const tokens = { ANA: token, BETO: await rig.session('BETO') };
  const seen = new Set<number>();
  let most = 0;
  const watched = new AbortController();
  const watch = (async () => {
    while (!watched.signal.aborted) {
      const { rows } = await rig.two.seeder.client.query<{ n: number }>(
        "select count(*)::int as n from pg_stat_activity where application_name = 'kpi-gateway' and datname = current_database()",
      );
      most = Math.max(most, rows[0]!.n);
      await sleep(5);
    }
  })();
  const asked = Array.from({ length: 50 }, async (_, i) => {
    const side = i % 2 === 0 ? rig.two.a : rig.two.b;
    const mark = i % 2 === 0 ? ('ANA' as const) : ('BETO' as const);
    const answer = await rig.ask(tokens[mark], '/api/metabase/query', {
      tenant_id: side.tenantId,
      sql: 'select distinct tenant_id, pg_backend_pid() from source_orders, pg_sleep(0.02)',
    });
    const [row] = answer.body['rows'] as [string, number][];
    expect(row![0]).toBe(side.tenantId);
    seen.add(row![1]);
  });
  try {
    await Promise.all(asked);
  } finally {
    watched.abort();
    await watch;
  }
  expect(seen.size).toBeLessThanOrEqual(4);
  expect(most).toBeLessThanOrEqual(6);
});
