import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { doctorDeps } from '../../src/commands/doctor-deps.ts';
import { judgeFacts } from '../../src/doctor/check-database.ts';
import { judgeSkew } from '../../src/doctor/check-sources.ts';
import { judgeRoom, judgeTables } from '../../src/doctor/check-storage.ts';
import { CHECKS } from '../../src/doctor/checks.ts';
import { runDoctor } from '../../src/doctor/run-doctor.ts';
import { databaseFacts } from '../../src/store/database-facts.ts';
import { inspect } from '../../src/store/inspect.ts';
import { DoctorRig } from '../support/doctor-rig.ts';
import { kpi } from '../support/processes.ts';
import { startTransactionPooler } from '../support/transaction-pooler.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const WEBHOOK_KEY = randomBytes(12).toString('hex');
let rig: DoctorRig;
beforeAll(async () => {
  rig = await DoctorRig.open();
});
afterAll(() => rig.close());

const rows = <R extends Record<string, unknown>>(text: string) => rig.rows<R>(text);
const codes: DoctorRig['codes'] = (...of) => rig.codes(...of);
const comesAndGoes: DoctorRig['comesAndGoes'] = (...of) => rig.comesAndGoes(...of);

describe('configuration and database', () => {
  test('a secret of the roles that is no secret', async () => {
    expect(await codes('configuration')).toEqual([]);
    expect(await codes('configuration', { roleSecret: 'a'.repeat(40) })).toEqual(['role_secret_weak']);
  });

  test('a database that does not answer is one finding; what needs it is skipped, and the rest is looked at', async () => {
    const deps = doctorDeps(rig.app, null, 5);
    const direct = 'postgres://kpi:geheim-9876@127.0.0.1:1/nowhere';
    const { checks, findings } = await runDoctor({ ...deps, urls: { ...deps.urls, direct } }, CHECKS, {
      seconds: 5,
      redact: (text) => text,
    });
    expect(findings.map(({ code }) => code)).toEqual(['database_unreachable']);
    expect(JSON.stringify(findings)).not.toContain('geheim');
    expect(checks.filter(({ state }) => state === 'skipped').map(({ check }) => check)).toContain('connections');
    expect(checks.find(({ check }) => check === 'configuration')!.state).toBe('ok');
  });

  test('a role that cannot log in', async () => {
    expect(await codes('database')).not.toContain('role_cannot_log_in');
    const { urls } = doctorDeps(rig.app, null, 5);
    const wrong = new URL(urls.roles.kpi_analyst);
    wrong.password = 'wrong';
    const changed = { urls: { ...urls, roles: { ...urls.roles, kpi_analyst: wrong.href } } };
    expect((await rig.diagnose('database', changed)).findings.find(({ code }) => code === 'role_cannot_log_in')!.about).toBe('kpi_analyst');
  });

  test('what a server may not be', async () => {
    const facts = { ...(await inspect(rig.database.adminUrl, 5000, databaseFacts)), durable: true };
    expect(judgeFacts(facts, '127.0.0.1')).toEqual([]);
    const judged = (changes: Partial<typeof facts>, host = '127.0.0.1') =>
      judgeFacts({ ...facts, ...changes }, host).map(({ code }) => code);
    expect(judged({ version: 150_008 })).toEqual(['database_too_old']);
    expect(judged({ encoding: 'SQL_ASCII' })).toEqual(['database_encoding']);
    expect(judged({ recovering: true })).toEqual(['database_read_only']);
    expect(judged({ durable: false })).toEqual(['database_not_durable']);
    expect(judged({ sessions: facts.max_connections })).toEqual(['database_connections']);
    expect(judged({ transaction_age: 1_500_000_000 })).toEqual(['database_freeze']);
    expect(judged({ encrypted: false }, 'db.example.cl')).toEqual(['database_in_clear']);
    expect(judged({ may_create_roles: false })).toEqual(['admin_cannot_create_roles']);
  });

  test('a direct address that leads through a transaction pooler', async () => {
    expect(await codes('pooler')).toEqual([]);
    const pooler = await startTransactionPooler(rig.database.adminUrl);
    try {
      const { urls } = doctorDeps(rig.app, null, 5);
      expect(await codes('pooler', { urls: { ...urls, direct: pooler.url } })).toEqual(['direct_url_is_pooled']);
    } finally {
      await pooler.close();
    }
  });

  test('migrations that are missing, and ones from a later release', async () => {
    await comesAndGoes(
      'migrations',
      'migrations_missing',
      () => rows(`update schema_history.migration_file set name = 'x_' || name where name like '0002%'`),
      () => rows(`update schema_history.migration_file set name = substr(name, 3) where name like 'x\\_0002%'`),
    );
    await comesAndGoes(
      'migrations',
      'migrations_newer',
      () => rows(`insert into schema_history.migration_file (name, sha256) values ('9999_later', 'x')`),
      () => rows(`delete from schema_history.migration_file where name = '9999_later'`),
    );
  });

  test('a view of another release', async () => {
    const [kept] = await rows<{ sha256: string }>(`select sha256 from ops.kpi_files where name = 'freshness_now'`);
    await comesAndGoes(
      'migrations',
      'objects_outdated',
      () => rows(`update ops.kpi_files set sha256 = 'x' where name = 'freshness_now'`),
      () => rows(`update ops.kpi_files set sha256 = '${kept!.sha256}' where name = 'freshness_now'`),
    );
  });
});

describe('isolation', () => {
  test('a table without row security', () =>
    comesAndGoes(
      'isolation',
      'isolation_rule_broken',
      () => rows('alter table public.refunds disable row level security'),
      () => rows('alter table public.refunds enable row level security'),
    ));

  test('large objects that readers may make, where nobody has taken that from PUBLIC', () =>
    comesAndGoes(
      'isolation',
      'isolation_limit',
      () => rows('grant execute on function pg_catalog.lo_create(oid) to public'),
      () => rows('revoke execute on function pg_catalog.lo_create(oid) from public'),
    ));

  test('a company whose role is not on this server', async () => {
    const id = randomUUID();
    await comesAndGoes(
      'isolation',
      'reader_role_missing',
      () =>
        rows(`insert into public.tenants (id, rut, rut_valid, company_name, currency, currency_decimals, time_zone, reader_role)
          values ('${id}', '77777777-7', false, 'Dos', 'CLP', 0, 'America/Santiago', 't_notonserver0')`),
      () => rows(`delete from public.tenants where id = '${id}'`),
    );
  });
});

describe('sources', () => {
  const connection = (change: string) => rows(`update ops.connections set ${change}`);

  test('secrets that are gone; the source is then not asked', async () => {
    const [{ ref } = { ref: '' }] = await rows<{ ref: string }>('select secret_ref as ref from ops.connections');
    await comesAndGoes(
      'secrets',
      'secret_unreadable',
      async () => {
        await connection(`secret_ref = 'env:GONE'`);
        expect(await codes('connections')).toEqual([]);
      },
      () => connection(`secret_ref = '${ref}'`),
    );
  });

  test('a source that refuses our key', () =>
    comesAndGoes(
      'connections',
      'unauthorized',
      async () => rig.sandbox.servers.n8n.faults.random(1, ['unauthorized']),
      async () => rig.sandbox.servers.n8n.faults.clear(),
    ));

  test('a source that hangs costs the time of one check and nothing else', async () => {
    rig.sandbox.servers.n8n.faults.random(1, ['hang']);
    try {
      const { checks, findings } = await rig.diagnose('connections', {}, { seconds: 1 });
      expect(findings.map(({ code }) => code)).toEqual(['timed_out']);
      expect(checks).toMatchObject([{ check: 'connections', state: 'timed_out' }]);
    } finally {
      rig.sandbox.servers.n8n.faults.clear();
    }
  });

  test('a clock that is wrong', async () => {
    const server: Server = createServer((_request, response) => {
      response.writeHead(404, { date: new Date(Date.now() - 4 * 3_600_000).toUTCString() }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [{ host } = { host: '' }] = await rows<{ host: string }>('select host from ops.connections');
    try {
      await comesAndGoes(
        'clocks',
        'clock_skew',
        () => connection(`host = 'http://127.0.0.1:${(server.address() as AddressInfo).port}'`),
        () => connection(`host = '${host}'`),
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(judgeSkew('x', 61_000).map(({ severity, what }) => [severity, what.en])).toEqual([
      ['warning', 'Its clock is 61 s ahead of the clock of this machine.'],
    ]);
    expect(judgeSkew('x', -400_000)[0]!.severity).toBe('error');
    expect(judgeSkew('x', 900)).toEqual([]);
  });
});

describe('surroundings', () => {
  test('little room, dead rows, no statistics', async () => {
    expect(judgeRoom('x', 50, 100)).toEqual([]);
    expect(judgeRoom('x', 86, 100)[0]!.severity).toBe('warning');
    expect(judgeRoom('x', 96, 100)[0]!.severity).toBe('error');
    const table = { name: 'public.x', bytes: 1, live: 100_000, dead: 0, never_analysed: false };
    const judged = (changes: object) => judgeTables({ bytes: 1, folder: null, tables: [{ ...table, ...changes }] }).map(({ code }) => code);
    expect(judged({})).toEqual([]);
    expect(judged({ dead: 60_000 })).toEqual(['table_bloated']);
    expect(judged({ never_analysed: true })).toEqual(['table_never_analysed']);
    expect(await codes('storage', { maxBytes: 1024 })).toContain('disk_nearly_full');
    expect(await codes('storage', { maxBytes: 1024 ** 4 })).not.toContain('KPI_DATABASE_MAX_GB');
  });

  test('alerts that go nowhere, whose place does not answer, and that did not arrive', async () => {
    expect(await codes('alerts')).toEqual(['alerts_go_nowhere']);
    const server = createServer((_request, response) => void response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/${WEBHOOK_KEY}`;
    const told = rig.openApp({ ALERTS_WEBHOOK_URL: address, ALERTS_WEBHOOK_SECRET: 'k'.repeat(20) });
    const run = () => rig.diagnose('alerts', {}, { app: told });
    try {
      expect((await run()).findings).toEqual([]);
      await rows(`insert into ops.alert_deliveries (tenant_id, id, kind, event, body, state)
        values ('${rig.tenantId}', gen_random_uuid(), 'x', 'test', '{}', 'dead')`);
      expect((await run()).findings.map(({ code }) => code)).toEqual(['alerts_undelivered']);
      await rows('delete from ops.alert_deliveries');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const { findings } = await run();
      expect(findings.map(({ code }) => code)).toEqual(['alert_target_unusable']);
      expect(JSON.stringify(findings)).not.toContain(WEBHOOK_KEY);
    } finally {
      await told.close();
    }
  });
});

test('kpi doctor: one document, exit code by the worst, no secret in it', async () => {
  const run = (...args: string[]) => kpi(['doctor', ...args], rig);
  const errors = await run('--json');
  expect(errors.code, errors.stderr).toBe(1);
  const { ok, checks, findings } = JSON.parse(errors.stdout) as {
    ok: boolean;
    checks: { check: string }[];
    findings: { code: string; what: string }[];
  };
  expect(ok).toBe(false);
  expect(checks.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name));
  expect(findings.map(({ code }) => code)).toContain('no_worker');
  for (const secret of [rig.database.roleSecret, rig.sandbox.world.n8n.apiKey, new URL(rig.database.adminUrl).password])
    expect(errors.stdout + errors.stderr).not.toContain(secret);
  const [warnings, none, unknown, person] = await Promise.all([
    run('--only', 'alerts'),
    run('--only', 'configuration,pooler,migrations,isolation,secrets,clocks', '--json'),
    run('--only', 'weather'),
    run('--only', 'queue', '--lang', 'es'),
  ]);
  expect(warnings.code).toBe(3);
  expect(none, none.stdout).toMatchObject({ code: 0 });
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no check "weather"') as string });
  expect(person.stdout).toContain('Ningún proceso de trabajo está vivo.');
  expect(person.stdout).toContain('→ kpi worker');
});
