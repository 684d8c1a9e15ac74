import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DeliveryDeps } from '../../src/alerts/deliver.ts';
import { evaluateAlerts } from '../../src/alerts/evaluate.ts';
import { addTest, enqueueAlerts, listDeliveries, retryDead } from '../../src/alerts/outbox.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook/server.ts';
import { auditCatalogue } from '../../src/store/audit-catalogue.ts';
import { AlertsRig } from '../support/alerts-rig.ts';

const SECRET = 'a-secret-of-the-webhook';
const PATH = '/webhook/kpi-alertas';

let rig: AlertsRig;
let receiver: WebhookReceiver;
let clock = () => new Date();
const target = () => ({ url: `${receiver.url}${PATH}`, secret: SECRET });

beforeAll(async () => {
  rig = await AlertsRig.open();
});
afterAll(() => rig.close());
beforeEach(async () => {
  clock = () => new Date();
  receiver = await startWebhookReceiver({ clock: () => clock(), path: PATH, secret: SECRET });
  return () => receiver.close();
});

/** A tenant with one message to send: its reconciliation differs. */
async function fires(): Promise<void> {
  await rig.tenantFor('reconciliation_difference');
  await differs(5_000);
  await rig.judge();
}

async function differs(by: number): Promise<void> {
  const created = await rig.fixture.before('0 seconds');
  const sides = { shop_amount: 1, erp_amount: 1 + by, remainder: 0, currency: 'CLP', created_at: created };
  await rig.fixture.put('ops.reconciliations', { id: crypto.randomUUID(), ...sides });
}

const outbox = () => listDeliveries(rig.db, { tenantId: rig.tenantId, state: null, limit: 100 });
const row = async () => (await outbox())[0];

test('a firing alert arrives once, signed, with what Metabase’s own alerts have and more; its end arrives once', async () => {
  await fires();
  await rig.judge();
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 1, failed: 0, dead: 0 });
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 0, dead: 0 });
  await differs(0);
  await rig.judge();
  await rig.judge();
  await rig.deliver(rig.deliveryDeps(target()));
  expect(receiver.refused).toEqual([]);
  expect(receiver.received.map(({ times }) => times)).toEqual([1, 1]);
  const [firing, resolved] = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(firing).toMatchObject({
    type: 'alert',
    alert_id: expect.any(Number) as number,
    data: {
      type: 'question',
      question_name: 'Conciliación con diferencias',
      question_url: expect.stringMatching(/^https:\/\/portal\.example\/\d+-0\/ventas$/) as string,
      raw_data: { cols: ['Clase', 'Hallazgos', 'Monto', 'Moneda'], rows: [] },
    },
    sent_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    tenant: { id: rig.tenantId, name: 'Tienda Ejemplo', currency: 'CLP' },
    rule: { kind: 'reconciliation_difference' },
    state: 'firing',
    severity: 'warning',
    value: '5000',
    threshold: '1000',
    text: 'Tienda Ejemplo: La última conciliación difiere en CLP 5.000, sobre el máximo de CLP 1.000.',
  });
  expect(resolved).toMatchObject({ state: 'resolved', severity: 'info', alert_id: firing?.['alert_id'] });
});

test.each(['server-error', 'bad-gateway-html', 'reset', 'hang', 'rate-limited'] as const)(
  'a receiver that answers with %s after it took the message gets it again with the same key and bytes, and acts once',
  async (fault) => {
    await fires();
    receiver.faults.next(fault);
    expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 1, dead: 0 });
    expect(await row()).toMatchObject({ state: 'waiting', attempts: 1 });
    // Not before its pause.
    expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 0, dead: 0 });
    await rig.passTime();
    expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 1, failed: 0, dead: 0 });
    expect(receiver.received).toMatchObject([{ times: 2, key: (await row())?.id }]);
    expect(receiver.refused).toEqual([]);
  },
);

test('Retry-After is honoured when it asks for more than our own pause', async () => {
  await fires();
  const asked = { status: 429, headers: { 'retry-after': '900' }, body: '{}' };
  const deps = rig.deliveryDeps(target(), { random: () => 0 });
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.writeHead(asked.status, asked.headers).end(asked.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await rig.deliver({ ...deps, targetOf: () => Promise.resolve({ url: `http://127.0.0.1:${port}/x`, secret: SECRET }) });
  await new Promise((resolve) => server.close(resolve));
  const { rows } = await rig.db.query<{ seconds: number }>(
    `select extract(epoch from next_try_at - clock_timestamp())::int as seconds from ops.alert_deliveries where tenant_id = $1`,
    [rig.tenantId],
  );
  expect(rows[0]?.seconds).toBeGreaterThan(880);
  expect(rows[0]?.seconds).toBeLessThanOrEqual(900);
});

test('a worker killed between the receiver’s answer and its own commit: the message is sent again with the same key', async () => {
  await fires();
  // Killed: nothing that would be written after the answer is.
  const dying = rig.deliveryDeps(target());
  const killed = new Proxy(rig.db, {
    get(db, name) {
      if (name === 'query')
        return (text: string, values: unknown[]) => {
          if (text.includes('attempts = $3')) throw new Error('killed');
          return db.query(text, values);
        };
      return Reflect.get(db, name) as unknown;
    },
  });
  await expect(rig.deliver({ ...dying, db: killed })).rejects.toThrow('killed');
  // Its claim still holds: nobody else is at it before it ends.
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 0, dead: 0 });
  await rig.passTime();
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 1, failed: 0, dead: 0 });
  expect(receiver.received).toMatchObject([{ times: 2 }]);
});

test('a crash before the commit leaves neither state nor message; the next evaluation tells it, once', async () => {
  await rig.tenantFor('reconciliation_difference');
  await differs(5_000);
  const crashing = new Proxy(rig.db, {
    get(db, name) {
      if (name !== 'transaction') return Reflect.get(db, name) as unknown;
      return (tenantId: string, work: (tx: unknown) => Promise<unknown>) =>
        db.transaction(tenantId, async (tx) => {
          await work(tx);
          throw new Error('killed');
        });
    },
  });
  await expect(rig.judge(undefined, crashing)).rejects.toThrow('killed');
  expect(await outbox()).toEqual([]);
  const left = await rig.db.query('select from ops.alert_states where tenant_id = $1', [rig.tenantId]);
  expect(left.rowCount).toBe(0);
  await rig.judge();
  await rig.judge();
  expect(await outbox()).toHaveLength(1);
});

test('ten workers at once judge a tenant once and send each message once', async () => {
  await rig.tenantFor('reconciliation_difference');
  await differs(5_000);
  const options = { intervalSeconds: 300, link: null };
  const judged = await Promise.all(Array.from({ length: 10 }, () => evaluateAlerts(rig.db, rig.tenantId, options)));
  expect(judged.filter((one) => one !== null)).toMatchObject([{ fired: 1 }]);
  const sent = await Promise.all(Array.from({ length: 10 }, () => rig.deliver(rig.deliveryDeps(target()))));
  expect(sent.reduce((sum, one) => sum + one.sent, 0)).toBe(1);
  expect(receiver.received).toMatchObject([{ times: 1 }]);
});

test('an end does not overtake its beginning', async () => {
  await fires();
  await differs(0);
  await rig.judge();
  receiver.faults.next('server-error');
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 1, dead: 0 });
  await rig.passTime();
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 2, failed: 0, dead: 0 });
  expect(receiver.received.map(({ body }) => (JSON.parse(body) as { state: string }).state)).toEqual(['firing', 'resolved']);
});

test('after twelve attempts, or a refusal, a message waits for a person; given back it leaves with the same key', async () => {
  await fires();
  receiver.faults.next('server-error', 12);
  for (let attempt = 1; attempt <= 12; attempt++) {
    await rig.passTime();
    await rig.deliver(rig.deliveryDeps(target()));
    expect(await row()).toMatchObject({ state: attempt < 12 ? 'waiting' : 'dead', attempts: attempt });
  }
  expect(await listDeliveries(rig.db, { tenantId: rig.tenantId, state: 'dead', limit: 10 })).toMatchObject([
    { last_status: 500, last_error: expect.stringContaining('status 500') as string },
  ]);
  expect(await retryDead(rig.db, { tenantId: rig.tenantId, ids: null })).toHaveLength(1);
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 1, failed: 0, dead: 0 });
  expect(receiver.received).toHaveLength(1);

  await fires();
  expect(await rig.deliver(rig.deliveryDeps({ ...target(), secret: 'another-secret-altogether' }))).toEqual({
    sent: 0,
    failed: 1,
    dead: 1,
  });
  expect(await row()).toMatchObject({ state: 'dead', last_status: 401 });
  expect(JSON.stringify(await row())).not.toContain('another-secret-altogether');
});

test('a workflow that is not active yet is waited for', async () => {
  await fires();
  expect(await rig.deliver(rig.deliveryDeps({ url: `${receiver.url}/webhook/other`, secret: SECRET }))).toMatchObject({
    failed: 1,
    dead: 0,
  });
  expect(await row()).toMatchObject({ state: 'waiting', last_status: 404 });
});

test('without a target, or with one that cannot be read, a message waits without an attempt spent; after a day for a person', async () => {
  await fires();
  const broken: Partial<DeliveryDeps> = { targetOf: () => Promise.reject(new Error('env:X: no variable begins with X_')) };
  for (const [deps, said] of [
    [rig.deliveryDeps(null), 'no webhook is set'],
    [rig.deliveryDeps(null, broken), 'no variable begins with X_'],
  ] as const) {
    await rig.passTime();
    expect(await rig.deliver(deps)).toEqual({ sent: 0, failed: 0, dead: 0 });
    expect(await row()).toMatchObject({ state: 'waiting', attempts: 0, last_error: expect.stringContaining(said) as string });
  }
  await rig.db.query(`update ops.alert_deliveries set created_at = now() - interval '25 hours' where tenant_id = $1`, [rig.tenantId]);
  await rig.passTime();
  await rig.deliver(rig.deliveryDeps(null));
  expect(await row()).toMatchObject({ state: 'dead' });
});

test('a receiver whose clock is ten minutes off refuses: an old message is not believed', async () => {
  await fires();
  clock = () => new Date(Date.now() + 600_000);
  await rig.deliver(rig.deliveryDeps(target()));
  expect(receiver.refused).toEqual(['too old or too young']);
});

test('a test message arrives, and one that fails is not repeated', async () => {
  await rig.tenantFor('reconciliation_difference');
  await addTest(rig.db, rig.tenantId, null);
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 1, failed: 0, dead: 0 });
  expect(receiver.received[0]?.body).toContain('Alerta de prueba de Tienda Ejemplo');
  receiver.faults.next('server-error');
  await addTest(rig.db, rig.tenantId, null);
  expect(await rig.deliver(rig.deliveryDeps(target()))).toEqual({ sent: 0, failed: 1, dead: 1 });
});

test('one statement queues a job for each active tenant that is due and for each outbox that is, and each once', async () => {
  await fires();
  const mine = async () => {
    const { rows } = await rig.fixture.seeder.client.query<{ key: string }>(
      `select key from graphile_worker._private_jobs where key like 'alert%' and key like '%' || $1 order by key`,
      [rig.tenantId],
    );
    return rows.map(({ key }) => key);
  };
  await enqueueAlerts(rig.db);
  await enqueueAlerts(rig.db);
  // Judged a moment ago: only the message is due.
  expect(await mine()).toEqual([`alert_deliveries:${rig.tenantId}`]);
  await rig.db.query(`update ops.alert_evaluations set next_run_at = now() where tenant_id = $1`, [rig.tenantId]);
  await enqueueAlerts(rig.db);
  expect(await mine()).toEqual([`alert_deliveries:${rig.tenantId}`, `alerts:${rig.tenantId}`]);
  await rig.fixture.seeder.client.query(`delete from graphile_worker._private_jobs`);
  await rig.fixture.seeder.client.query(`update public.tenants set status = 'paused' where id = $1`, [rig.tenantId]);
  await enqueueAlerts(rig.db);
  expect(await mine()).toEqual([`alert_deliveries:${rig.tenantId}`]);
});

test('no reader, and not the analyst, may look at alerts, and the catalogue breaks no rule', async () => {
  await expect(rig.fixture.analyst.query('select * from ops.alert_deliveries')).rejects.toThrow('permission denied');
  expect(await auditCatalogue(async (text, values = []) => rig.fixture.seeder.client.query(text, [...values]))).toEqual([]);
});
