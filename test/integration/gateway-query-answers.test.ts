import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAsTenant } from '../../src/store/reader-query.ts';
import type { ReaderSessions } from '../../src/store/reader-sessions.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';
import { until } from '../support/processes.ts';

let rig: GatewayRig;
let token: string;
beforeAll(async () => {
  rig = await GatewayRig.open({ queryMs: 1500 });
  token = await rig.session('ANA');
});
afterAll(async () => rig.close());

const ask = (sql: string, more: Record<string, unknown> = {}): Promise<Answer> =>
  rig.ask(token, '/api/metabase/query', { tenant_id: rig.two.a.tenantId, sql, ...more });
const refusal = ({ status, body }: Answer) => [status, body['code'], body['sqlstate']];

/** Backends of the gateway's readers that run something now, by what they run. */
async function running(): Promise<string[]> {
  const { rows } = await rig.two.seeder.client.query<{ query: string }>(
    "select query from pg_stat_activity where application_name = 'kpi-gateway' and datname = current_database() and state = 'active'",
  );
  return rows.map(({ query }) => query);
}

describe('an answer', () => {
  test('has names and types, and every digit', async () => {
    const answer =
      await ask(`select 9007199254740993::bigint as grande, 0.10::numeric(12,2) as monto, 7 as n, 0.1::float8 as f, 'NaN'::float8 as nan,
      true as si, null as nada, '2025-11-29 23:30:00.123456-03'::timestamptz as cuando, date '2025-11-29' as dia,
      '{"a": 12345678901234567890.5, "b": [1, null]}'::jsonb as j, array[9007199254740993, null] as lista, array['a,b', 'c'] as textos, 1 as n`);
    expect(answer.body['columns']).toEqual([
      { name: 'grande', type: 'bigint' },
      { name: 'monto', type: 'numeric' },
      { name: 'n', type: 'integer' },
      { name: 'f', type: 'double precision' },
      { name: 'nan', type: 'double precision' },
      { name: 'si', type: 'boolean' },
      { name: 'nada', type: 'text' },
      { name: 'cuando', type: 'timestamp with time zone' },
      { name: 'dia', type: 'date' },
      { name: 'j', type: 'jsonb' },
      { name: 'lista', type: 'bigint[]' },
      { name: 'textos', type: 'text[]' },
      { name: 'n', type: 'integer' },
    ]);
    expect(answer.text).toContain(
      '["9007199254740993","0.10",7,0.1,"NaN",true,null,"2025-11-29T23:30:00.123456-03:00","2025-11-29",{"a": 12345678901234567890.5, "b": [1, null]},["9007199254740993",null],["a,b","c"],1]',
    );
    expect(answer.body).toMatchObject({ row_count: 1, truncated: null });
  });

  test('holds JSON of any depth and size as the database wrote it', async () => {
    const deep = await ask("select (repeat('[', 4000) || repeat(']', 4000))::json as j");
    expect([deep.status, deep.text.includes('['.repeat(4000))]).toEqual([200, true]);
    const large = await ask('select jsonb_agg(1.50) as j from generate_series(1, 500000)');
    expect([large.status, large.body['truncated']]).toEqual([200, null]);
    expect(large.text).toContain('[1.50, 1.50, 1.50');
  });

  test('names a type of the warehouse the same, whatever search_path another statement had', async () => {
    const typeOf = async (sql: string) => (((await ask(sql)).body['columns'] as { type: string }[])[0] ?? { type: '' }).type;
    expect(await typeOf("select t from public.tenants t, set_config('search_path', 'kpi', true) s")).toBe('public.tenants');
    expect(await typeOf('select t from public.tenants t')).toBe('tenants');
  });

  test('without rows has its columns', async () => {
    expect((await ask('select 1 as uno where false;')).body).toMatchObject({
      columns: [{ name: 'uno', type: 'integer' }],
      rows: [],
      row_count: 0,
      truncated: null,
    });
  });

  test('is the same for a RUT in any spelling, and 404 for what is none', async () => {
    const { rows } = await rig.two.seeder.client.query<{ rut: string }>('select rut from public.tenants where id = $1', [
      rig.two.a.tenantId,
    ]);
    const rut = rows[0]!.rut;
    const spelled = [
      rut,
      rut.replace('-', ''),
      `CL${rut}`,
      `${rut.slice(0, 2)}.${rut.slice(2, 5)}.${rut.slice(5)}`,
      ` 0${rut} `,
      rig.two.a.tenantId.toUpperCase(),
    ];
    for (const tenant_id of spelled)
      expect((await ask('select id from tenants', { tenant_id })).body['rows']).toEqual([[rig.two.a.tenantId]]);
    expect((await ask('select 1', { tenant_id: 'nadie' })).status).toBe(404);
  });

  test('is cut at the limit of rows, and says so only when there were more', async () => {
    const rows = (n: number) => `select i from generate_series(1, ${n}) i`;
    expect((await ask(rows(3000))).body).toMatchObject({ row_count: 2000, truncated: 'rows' });
    expect((await ask(rows(2000))).body).toMatchObject({ row_count: 2000, truncated: null });
    expect((await ask(rows(1_000_000), { max_rows: 10_000 })).body).toMatchObject({ row_count: 10_000, truncated: 'rows' });
    expect((await ask(rows(5), { max_rows: 1 })).body).toMatchObject({ rows: [[1]], truncated: 'rows' });
    expect((await ask('select 1', { max_rows: 10_001 })).status).toBe(400);
  });

  test('is cut at the limit of bytes', async () => {
    const answer = await ask("select i, repeat('x', 10000) as t from generate_series(1, 5000) i", { max_rows: 5000 });
    expect(answer.body['truncated']).toBe('bytes');
    expect(answer.text.length).toBeLessThan(4 * 1024 * 1024 + 100_000);
    expect(Number(answer.body['row_count'])).toBeGreaterThan(300);
  });

  test('of values larger than any answer is not read into memory', async () => {
    // Of a column: a constant would be folded into the plan.
    expect(refusal(await ask("select repeat('x', i * 30000000) as t from generate_series(1, 1) i"))).toEqual([
      422,
      'result_too_large',
      undefined,
    ]);
    expect(rig.readers.counts).toEqual({ open: 0, active: 0, waiting: 0 });
    expect((await ask('select 1')).status).toBe(200);
  });
});

describe('a statement that is wrong', () => {
  test('is told where, counted in its own characters', async () => {
    expect((await ask('select nombre from orders')).body).toMatchObject({
      code: 'sql_error',
      sqlstate: '42703',
      position: 8,
      detail: expect.stringContaining('column "nombre" does not exist'),
    });
    expect((await ask('muéstrame las ventas')).body).toMatchObject({ code: 'sql_syntax', position: 1 });
    expect((await ask("select 'x'::int")).body).toMatchObject({ sqlstate: '22P02', position: 8 });
    expect((await ask('select 1/0')).body).toMatchObject({ sqlstate: '22012' });
  });

  test('is in no log line, nor is what it read', async () => {
    await ask("select 'geheim'::int");
    expect(JSON.stringify(rig.lines)).not.toContain('geheim');
  });

  test('with a zero byte never reaches the database', async () => {
    expect((await ask("select 1\0'; P select 2")).status).toBe(400);
    expect((await ask('select 1')).status).toBe(200);
  });
});

describe('a statement that takes too long', () => {
  test('is stopped, also when it lifts its own limit', async () => {
    expect(refusal(await ask('select pg_sleep(60)'))).toEqual([422, 'query_timeout', undefined]);
    const lifting =
      "select set_config('statement_timeout', '0', false), i, case when i > 150 then pg_sleep(60) end from generate_series(1, 200) i";
    expect(refusal(await ask(lifting))).toEqual([422, 'query_timeout', undefined]);
    expect(await running()).toEqual([]);
  });

  test('that was told to stop when it was done already stops nothing of whoever comes after', async () => {
    const gone = new AbortController();
    const slow: Pick<ReaderSessions, 'use' | 'stop'> = {
      use: (role, work) => rig.readers.use(role, work),
      // The way to the database is long at times.
      stop: async (session, ended) => {
        await sleep(400);
        await rig.readers.stop(session, ended);
      },
    };
    const limits = { rows: 10, bytes: 1000, totalMs: 5000 };
    const read = (text: string, signal: AbortSignal) => readAsTenant(slow as ReaderSessions, rig.two.a.role, { text }, limits, signal);
    const first = read('select pg_backend_pid(), pg_sleep(0.3)', gone.signal);
    await sleep(100);
    gone.abort();
    const done = await first;
    const after = await read('select pg_backend_pid(), pg_sleep(0.6)', new AbortController().signal);
    expect(after.rows[0]![0]).toBe(done.rows[0]![0]);
  });

  test('is stopped when whoever asked hangs up', async () => {
    const gone = new AbortController();
    const asked = fetch(`${rig.url}/api/metabase/query`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenant_id: rig.two.a.tenantId, sql: 'select pg_sleep(1.4), pg_sleep(60)' }),
    }).catch(() => 'hung up');
    await until('it runs', async () => ((await running()).length > 0 ? true : undefined));
    const began = Date.now();
    gone.abort();
    expect(await asked).toBe('hung up');
    await until('it is stopped', async () => ((await running()).length === 0 ? true : undefined));
    // Long before its own limit would have ended it.
    expect(Date.now() - began).toBeLessThan(1000);
    await until('its session is clean', async () => (rig.readers.counts.active === 0 ? true : undefined));
  });
});
