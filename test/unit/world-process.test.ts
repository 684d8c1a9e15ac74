import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { sandboxArguments } from '../../src/sandbox/arguments.ts';

const main = join(import.meta.dirname, '../../src/sandbox/main.ts');
const running: ChildProcessWithoutNullStreams[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** The line a sandbox prints when it is ready. */
interface Ready {
  readonly ready: true;
  readonly anchor: string;
  readonly connections: readonly { readonly rut: string; readonly source: string; readonly settings: Record<string, string> }[];
  readonly tenants: readonly { readonly rut: string }[];
  readonly urls: Record<'shopify' | 'odoo' | 'chatwoot' | 'n8n' | 'control', string>;
}

async function start(...args: string[]): Promise<{ child: ChildProcessWithoutNullStreams; ready: Ready }> {
  const child = spawn(process.execPath, [main, ...args]);
  running.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ready: JSON.parse(line) as Ready };
}

describe('the sandbox as a process', () => {
  test('says where its sources are, answers for its world and stops when told to', async () => {
    const { child, ready } = await start('--seed', '4', '--orders', '50', '--anchor', '2026-11-24T12:00:00Z');
    expect(ready).toMatchObject({ ready: true, anchor: '2026-11-24T12:00:00Z' });
    expect(ready.connections.map(({ source }) => source)).toEqual([
      'shopify',
      'shopify',
      'odoo',
      'chatwoot',
      'n8n',
      'odoo',
      'n8n',
      'shopify',
      'chatwoot',
    ]);
    for (const url of Object.values(ready.urls)) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const expected = await fetch(`${ready.urls.control}/expected`);
    const rows = (await expected.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { rut: string; table: string });
    expect(new Set(rows.map(({ rut }) => rut))).toEqual(new Set(ready.tenants.map(({ rut }) => rut)));
    expect(rows.filter(({ table }) => table === 'public.orders').length).toBeGreaterThan(20);
    const reconciliation = (await (await fetch(`${ready.urls.control}/reconciliation`)).json()) as { injected: object };
    expect(Object.keys(reconciliation.injected)).toContain('missing_in_odoo');
    expect((await fetch(`${ready.urls.control}/nothing`)).status).toBe(404);
    expect((await fetch(ready.urls.odoo)).headers.get('date')).toContain('24 Nov 2026');

    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  test('stops when whoever started it is gone', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(main)}, '--orders', '50'], { stdio: ['ignore', 'inherit', 'inherit'] });
      console.log(JSON.stringify({ pid: child.pid }));`;
    const parent = spawn(process.execPath, ['-e', `${script} setInterval(() => {}, 1000);`]);
    running.push(parent);
    const lines = createInterface(parent.stdout);
    const [first] = (await once(lines, 'line')) as [string];
    await once(lines, 'line');
    const { pid } = JSON.parse(first) as { pid: number };
    parent.kill('SIGKILL');
    await expect.poll(() => alive(pid), { timeout: 15_000 }).toBe(false);
  });

  test('takes fixed ports, so that a resumed demo finds its sources again', async () => {
    const { child, ready } = await start('{"seed":4,"orders":50}');
    const port = Number(new URL(ready.urls.shopify).port);
    child.kill('SIGTERM');
    await once(child, 'exit');
    const again = await start(JSON.stringify({ seed: 4, orders: 50, ports: { shopify: port } }));
    expect(again.ready.urls.shopify).toBe(ready.urls.shopify);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('its arguments', () => {
  const now = new Date('2026-11-24T12:34:56Z');

  test('default to 2,000 orders before the start of the hour with raised limits', () => {
    expect(sandboxArguments([], now)).toEqual({ seed: 1, orders: 2000, anchor: '2026-11-24T12:00:00Z', generous: true, ports: {} });
  });

  test('mean the same as flags and as JSON', () => {
    const flags = [
      '--seed',
      '3',
      '--orders',
      '50',
      '--anchor',
      '2026-01-01T00:00:00.000Z',
      '--ports',
      'odoo=8069,control=9000',
      '--limits',
      'real',
    ];
    const json = '{"seed":3,"orders":50,"anchor":"2026-01-01T00:00:00Z","ports":{"odoo":8069,"control":9000},"generous":false}';
    expect(sandboxArguments(flags, now)).toEqual(sandboxArguments([json], now));
  });

  test.each([
    [['--orders', '10'], '--orders is a whole number from 50 on, not "10"'],
    [['--seed', 'x'], '--seed is a whole number from 0 on'],
    [['--anchor', 'noon'], '--anchor is an instant like 2026-11-24T12:00:00Z'],
    [['--ports', 'shop=1'], '--ports knows shopify, odoo, chatwoot, n8n, clerk, control, not shop'],
    [['--limits', 'none'], '--limits is real or raised'],
    [['{"seed":'], 'is not JSON'],
  ])('%j is refused with what it should be', (argv, message) => {
    expect(() => sandboxArguments(argv, now)).toThrow(message);
  });
});
