import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { customerDraft } from '../support/customer-world.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { kpi } from '../support/processes.ts';
import { orderDraft } from '../support/scripted-stream.ts';

vi.setConfig({ testTimeout: 120_000 });

let home: string;
let rig: EngineRig;
const roles: string[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kpi-export-'));
  rig = await EngineRig.open();
});
afterAll(async () => {
  for (const role of roles) await withDirectSession(rig.instance.adminUrl, (admin) => dropReader(admin, role));
  await rig.close();
  await rm(home, { recursive: true, force: true });
});

interface Manifest {
  readonly tenant_id: string;
  readonly files: readonly { file: string; table: string; part: string; rows: number; sha256: string; columns: readonly string[] }[];
}

test('an export holds every row of the company, none of another, no pseudonym, and a manifest that tells whether it is whole', async () => {
  const tenants = [await rig.tenant(), await rig.tenant()];
  for (const { tenantId, shop } of tenants) {
    const drafts = [
      customerDraft('1', { rut: '76.042.235-5', email: 'compras@x.cl' }),
      customerDraft('2', { email: 'con "comillas",\ny salto@x.cl' }),
      orderDraft('901', { customer_id: '1', name: 'con "comillas", coma\ny salto' }),
      orderDraft('902'),
    ];
    await writeBatch(rig.db, await rig.batch(shop, 1, drafts));
    roles.push(
      (await withDirectSession(rig.instance.adminUrl, (admin) => createReader(admin, { tenantId, roleSecret: rig.instance.roleSecret })))
        .role,
    );
  }
  const [one, other] = [tenants[0]!, tenants[1]!];
  await one.rows(`update public.customers set rut_display = '76042235-5' where source_id = '1'`);
  const env = { DATABASE_URL: rig.instance.adminUrl, KPI_ROLE_SECRET: rig.instance.roleSecret, KPI_LOG_LEVEL: 'silent' };
  const folder = join(home, 'respaldo');
  const ended = await kpi(['tenant', 'export', one.tenantId, '--out', folder, '--reason', 'lo pidió', '--json'], { home, env });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  expect(JSON.parse(ended.stdout)).toEqual(manifest);

  expect((await readdir(folder)).sort()).toEqual(['manifest.json', ...manifest.files.map(({ file }) => file)].sort());
  const texts = new Map<string, string>();
  for (const { file, sha256 } of manifest.files) {
    const bytes = await readFile(join(folder, file));
    expect(createHash('sha256').update(bytes).digest('hex'), file).toBe(sha256);
    expect((await stat(join(folder, file))).mode & 0o077).toBe(0);
    texts.set(file, bytes.toString());
  }
  const rowsOf = (file: string) => manifest.files.find((entry) => entry.file === file)?.rows;
  expect([rowsOf('public.source_orders.csv'), rowsOf('public.customers.csv'), rowsOf('public.tenants.csv')]).toEqual([2, 2, 1]);
  expect(rowsOf('kpi.sales_daily.csv')).toBeGreaterThan(0);
  expect(texts.get('public.source_orders.csv')).toContain('"con ""comillas"", coma\ny salto"');
  expect(texts.get('public.customers.finance.csv')).toContain('76042235-5');
  expect(
    manifest.files.flatMap(({ columns }) => columns).filter((column) => /_key$|row_hash/.test(column) && column !== 'account_key'),
  ).toEqual([]);
  for (const [file, text] of texts) expect(text.includes(other.tenantId), file).toBe(false);
  expect([...texts.values()].some((text) => text.includes(other.shop.connectionId))).toBe(false);
  expect(await one.rows('select action, details from ops.audit where tenant_id = $1', [one.tenantId])).toMatchObject([
    { action: 'tenant.export', details: { reason: 'lo pidió', files: manifest.files.length } },
  ]);

  const again = await kpi(['tenant', 'export', one.tenantId, '--out', folder], { home, env });
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is not empty') as string });
});
