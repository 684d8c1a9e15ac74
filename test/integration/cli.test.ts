import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { CliRig, document } from '../support/cli-rig.ts';

// Dozens of processes: on a busy machine each waits for its turn.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const { RUT } = CliRig;
let rig: CliRig;
let sandbox: Sandbox;

beforeAll(async () => {
  rig = await CliRig.open();
  sandbox = await startSandbox({ seed: 1, anchor: new Date().toISOString(), orders: 60, generous: true });
});
afterAll(async () => {
  await sandbox.close();
  await rig.close();
});

const BACKFILL = ['backfill', 'start', '--tenant', RUT, '--source', 'shopify', '--stream', 'orders'];

describe('a connected company', () => {
  const CONNECTED = z.object({ connection_id: z.uuid().nullable(), findings: z.array(z.object({ advice: z.string() }).loose()) }).loose();
  const connect = (source: string, changes: Record<string, string> = {}) => {
    const account = sandbox.connections().find((c) => c.rut === sandbox.world.tenants[0].rut && c.source === source)!;
    const settings = Object.entries({ ...account.settings, ...changes }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    return rig.run('connect', source, '--tenant', RUT, '--json', ...settings);
  };

  test('a wrong key ends with 1 and advice, saves nothing and repeats no key', async () => {
    const wrong = 'not-the-key-0123456789';
    const ended = await connect('n8n', { api_key: wrong });
    expect(ended.code).toBe(1);
    const { connection_id, findings } = document(ended, CONNECTED);
    expect(connection_id).toBeNull();
    expect(findings[0]!.advice).not.toBe('');
    expect(ended.stdout + ended.stderr).not.toContain(wrong);
    expect(await rig.rows('select id from ops.connections')).toEqual([]);
    expect(await readdir(join(rig.home, 'secrets')).catch(() => [])).toEqual([]);
  });

  test('connecting the same account again keeps the connection; its key is not in the database', async () => {
    const first = document(await connect('n8n'), CONNECTED).connection_id;
    const second = document(await connect('n8n'), CONNECTED).connection_id;
    expect(first).not.toBeNull();
    expect(second).toBe(first);
    const stored = await rig.rows<{ all: string }>('select c::text as all from ops.connections c');
    expect(stored).toHaveLength(1);
    expect(stored[0]!.all).not.toContain(sandbox.world.n8n.apiKey);
  });

  test('status names what fails and what to do, and ends with 3; once it works again, with 0', async () => {
    sandbox.servers.n8n.faults.random(1, ['unauthorized']);
    const sync = await rig.run('sync', '--tenant', RUT, '--source', 'n8n', '--json');
    expect(sync.code).toBe(1);
    expect(document(sync, z.array(z.object({ outcome: z.string(), error: z.string() }).loose())).map((r) => r.outcome)).toContain('failed');
    const [machine, person] = await Promise.all([rig.run('status', '--tenant', RUT, '--json'), rig.run('status', '--tenant', RUT)]);
    expect([machine.code, person.code]).toEqual([3, 3]);
    const STREAM = z.object({ state: z.string(), problem: z.string().nullable() }).loose();
    const { streams } = document(machine, z.object({ ok: z.literal(false), streams: z.array(STREAM) }).loose());
    const problem = streams.find((stream) => stream.state === 'failing')!.problem!;
    expect(problem).toMatch(/key/i);
    expect(person.stdout).toContain(problem);
    sandbox.servers.n8n.faults.clear();
    expect((await rig.run('sync', '--tenant', RUT, '--source', 'n8n')).code).toBe(0);
    expect((await rig.run('status', '--tenant', RUT)).code).toBe(0);
  });

  test('reconcile ends with 3 when there are differences, and shows the same later', async () => {
    await connect('shopify');
    await connect('odoo');
    const sync = await rig.run('sync', '--tenant', RUT, '--json');
    expect(sync, sync.stderr).toMatchObject({ code: 0 });
    const RESULT = z.object({ id: z.uuid(), classes: z.array(z.unknown()).min(1), remainder: z.string() }).loose();
    const made = await rig.run('reconcile', 'run', '--tenant', RUT, '--json');
    expect(made.code).toBe(3);
    const result = document(made, RESULT);
    const shown = await rig.run('reconcile', 'show', result.id, '--tenant', RUT, '--json');
    expect(shown.code).toBe(3);
    expect(document(shown, RESULT)).toEqual(result);
  });

  test('reconcile documents closes in every month of the world, a month is closed, and clearing explains every gateway', async () => {
    const BRIDGE = z
      .object({
        salesAmount: z.string(),
        documents: z.number(),
        remainder: z.literal('0'),
        types: z.array(z.object({ total: z.string() }).loose()),
      })
      .loose();
    const month = (ago: number) => {
      const at = new Date();
      at.setUTCDate(15);
      at.setUTCMonth(at.getUTCMonth() - ago);
      return at.toISOString().slice(0, 7);
    };
    for (const ago of [0, 1, 2, 3]) {
      const made = await rig.run('reconcile', 'documents', '--tenant', RUT, '--month', month(ago), '--json');
      expect(made, made.stderr).toMatchObject({ code: 0 });
      const bridge = document(made, BRIDGE);
      if (ago === 2) expect(bridge.documents).toBeGreaterThan(3);
    }
    const closing = ['--tenant', RUT, '--month', month(2), '--lang', 'es'];
    const closed = await rig.run('reconcile', 'close', ...closing, '--reason', 'cierre', '--force');
    expect(closed, closed.stderr).toMatchObject({ code: 0 });
    expect(closed.stdout).toMatch(/cambios 0[\s\S]*cierre[\s\S]*Ventas del mes \(\d+\)[\s\S]*Sin explicar +0\n/);
    const shown = await rig.run('reconcile', 'show', ...closing);
    expect(shown, shown.stderr).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('cambios 0');

    const days = ['--from', `${month(4)}-01`, '--until', `${month(0)}-01`];
    const clearing = await rig.run('reconcile', 'clearing', '--tenant', RUT, ...days, '--json');
    expect(clearing.code, clearing.stderr).toBe(3);
    const GATEWAY = z.object({ gateway: z.string(), taken: z.string(), inBooks: z.string(), remainder: z.literal('0') }).loose();
    const { gateways } = document(clearing, z.object({ gateways: z.array(GATEWAY).min(3) }).loose());
    expect(gateways.filter(({ inBooks, taken }) => inBooks !== '0' && taken !== '0').length).toBeGreaterThan(1);
  });

  test('a backfill is queued once: a range that overlaps it is refused with its id', async () => {
    const queued = await rig.run(...BACKFILL, '--from', '2026-01-01', '--until', '2026-03-01', '--json');
    const { backfills } = document(queued, z.object({ backfills: z.array(z.uuid()).length(1), slices: z.literal(2) }).loose());
    const [overlapping, beside, empty, future] = await Promise.all([
      rig.run(...BACKFILL, '--from', '2026-02-01', '--until', '2026-02-15'),
      rig.run(...BACKFILL, '--from', '2026-03-01', '--until', '2026-04-01', '--json'),
      rig.run(...BACKFILL, '--from', '2026-03-02', '--until', '2026-03-02'),
      rig.run(...BACKFILL, '--from', '2999-01-01', '--until', '2999-02-01'),
    ]);
    expect(overlapping.code).toBe(2);
    expect(overlapping.stderr).toContain(backfills[0]!);
    expect(beside.code).toBe(0);
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('range is empty') as string });
    expect(future).toMatchObject({ code: 2, stderr: expect.stringContaining('in the future') as string });
    const shown = document(
      await rig.run('backfill', 'show', backfills[0]!, '--json'),
      z.array(z.object({ id: z.uuid(), state: z.string() }).loose()),
    );
    expect(shown).toMatchObject([{ id: backfills[0]!, state: 'running' }]);
  });

  test.concurrent.each([
    ['tenant', 'list'],
    ['check'],
    ['quarantine', 'list'],
    ['rebuild', '--tenant', RUT],
    ['migrate'],
    ['local', 'stop'],
  ])('%s %s: --json prints exactly one document', async (...args) => {
    const ended = await rig.run(...args, '--json');
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    document(ended, z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]));
  });
});
