import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer } from '../../src/api/server.ts';
import { signMessage } from '../../src/sandbox/clerk/webhooks.ts';
import { Database } from '../../src/store/database.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { startKpi, until } from '../support/processes.ts';

let database: TestDatabase;
let home: string;
beforeAll(async () => {
  database = await testDatabase();
  home = await mkdtemp(join(tmpdir(), 'kpi-serve-'));
});
afterAll(async () => {
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

/** A server on a database, asked without a socket. */
async function asked(db: Database, work: (server: ReturnType<typeof createServer>) => Promise<void>): Promise<void> {
  const server = createServer({ db, log: silent, clerkWebhookSecret: null });
  try {
    await work(server);
  } finally {
    await server.close();
    await db.close();
  }
}

describe('health and readiness', () => {
  test('a server on a migrated database is both', async () => {
    await asked(new Database({ url: database.url('kpi_writer') }), async (server) => {
      expect((await server.inject('/health')).json()).toEqual({ status: 'ok' });
      expect((await server.inject('/ready')).json()).toEqual({ status: 'ready' });
    });
  });

  test('on a database that lacks the migrations it is alive and not ready', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      await asked(new Database({ url: empty.adminUrl }), async (server) => {
        const answer = await server.inject('/ready');
        expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'application/problem+json; charset=utf-8']);
        expect(answer.json()).toMatchObject({ type: 'about:blank', status: 503, detail: expect.stringContaining('kpi migrate') });
        expect((await server.inject('/health')).statusCode).toBe(200);
      });
    } finally {
      await empty.close();
    }
  });

  test('without a database it is alive and not ready, and says nothing of where the database is', async () => {
    await asked(new Database({ url: 'postgres://kpi_writer:secret@127.0.0.1:1/nowhere' }), async (server) => {
      const answer = await server.inject('/ready');
      expect(answer.statusCode).toBe(503);
      expect(answer.body).not.toMatch(/127\.0\.0\.1|secret|ECONN/);
    });
  });
});

describe('errors are problem details', () => {
  test('for what is not there, without repeating the address', async () => {
    await asked(new Database({ url: database.url('kpi_writer') }), async (server) => {
      const answer = await server.inject('/api/nothing?key=abc');
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      const own = { code: 'not_found', detail: 'No hay nada en esta dirección.', request_id: answer.headers['x-request-id'] };
      expect(answer.json()).toEqual({ type: 'about:blank', title: 'No existe', status: 404, ...own });
      const english = await server.inject({ url: '/api/nothing', headers: { 'accept-language': 'en' } });
      expect(english.json()).toMatchObject({ title: 'Not found', detail: 'There is nothing at this address.' });
      // Without a secret there is no such route either.
      expect((await server.inject({ method: 'POST', url: '/api/webhooks/clerk', payload: {} })).statusCode).toBe(404);
    });
  });

  test('for a fault of ours, without its text', async () => {
    await asked(new Database({ url: database.url('kpi_writer') }), async (server) => {
      server.get('/broken', async () => {
        throw Object.assign(new Error('select secret from ops.x'), { statusCode: 418 });
      });
      const answer = await server.inject('/broken');
      expect([answer.statusCode, answer.json().title]).toEqual([500, 'Error interno']);
      expect(answer.body).not.toContain('secret');
    });
  });
});

describe('kpi serve', () => {
  const env = () => ({
    DATABASE_URL: database.adminUrl,
    KPI_ROLE_SECRET: database.roleSecret,
    CLERK_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });

  test('listens on loopback, takes a signed message, and ends cleanly on SIGTERM', async () => {
    const running = startKpi(['serve', '--port', '0', '--json'], { home, env: env() });
    const { url } = JSON.parse(await until('it says where it listens', () => /^\{[^]*\}$/m.exec(running.said().stdout)?.[0])) as {
      url: string;
    };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    const { headers, body } = signMessage(WEBHOOK_SECRET, 'user.deleted', { id: 'user_1', deleted: true }, { at: new Date() });
    const answer = await fetch(`${url}/api/webhooks/clerk`, { method: 'POST', headers, body });
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'applied' }]);
    // A connection that says nothing must not hold the server up.
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => undefined);
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    idle.destroy();
    const said = JSON.stringify(running.said());
    expect(said).not.toContain(WEBHOOK_SECRET.slice(6));
  });

  test.each(['-1', '70000', '80x', ''])('--port %s is wrong usage', async (port) => {
    expect(await startKpi(['serve', '--port', port], { home, env: env() }).ended).toMatchObject({ code: 2 });
  });
});
