import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectDescribed as expectDescribedBy, type Description } from '../support/gateway-description.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';
import { readWorkbook } from '../support/read-workbook.ts';

let rig: GatewayRig;
let reader: string;
let place: string;
let expectDescribed: (answer: Answer) => void;

beforeAll(async () => {
  // Of its own, so that what lies in it is what this server left.
  process.env['TMPDIR'] = await mkdtemp(join(tmpdir(), 'gateway-export-'));
  rig = await GatewayRig.open();
  const { tenantId } = rig.two.a;
  await rig.two.seeder.insert('ops.connections', { tenant_id: tenantId, source: 'odoo', name: 'Odoo', account_key: 'erp' });
  reader = await rig.token(['read'], tenantId);
  place = `/api/tenants/${tenantId}/reconciliation/export`;
  const description = (await rig.ask(null, '/openapi.json')).body as unknown as Description;
  expectDescribed = (answer) => expectDescribedBy(description, 'exportReconciliation', answer);
});
afterAll(async () => {
  await rig.close();
  await rm(tmpdir(), { recursive: true, force: true });
  delete process.env['TMPDIR'];
});

const spooled = () => readdir(tmpdir());
const kept = async () => (await rig.db.query('select from ops.reconciliations where tenant_id = $1', [rig.two.a.tenantId])).rowCount;

test('who only reads gets a month as a file with its name, and nothing stays behind', async () => {
  const before = await kept();
  const answer = await rig.ask(reader, `${place}?month=2025-11&format=csv-es`);
  expectDescribed(answer);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="conciliacion-[\dK-]+-2025-11-vivo\.csv"$/);
  expect(answer.headers.get('x-reconciliation-state')).toBe('live');
  // No stream of these connections was ever read whole.
  expect(answer.headers.get('x-reconciliation-warnings')).toMatch(/loading/);
  expect(answer.text).toContain('NO ES DEFINITIVO');
  expect(await kept()).toBe(before);
  await expect.poll(spooled).toEqual([]);
});

test('a workbook is one, also through the wire', async () => {
  const answer = await fetch(`${rig.url}${place}?month=2025-11`, { headers: { authorization: `Bearer ${reader}` } });
  expect(answer.headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.headers.get('content-length')).toBe(String(bytes.length));
  expect(readWorkbook(bytes).map(({ name }) => name)).toEqual(expect.arrayContaining(['Resumen', 'Hallazgos']));
});

test('what is not current is refused when only certainty will do', async () => {
  const answer = await rig.ask(reader, `${place}?month=2025-11&strict=true`);
  expect([answer.status, answer.body['code']]).toEqual([409, 'not_current']);
  expectDescribed(answer);
  await expect.poll(spooled).toEqual([]);
});

test('what is not asked as described, or has nothing to compare, is a problem and no file', async () => {
  for (const query of ['', '?month=2025-13', '?month=2025-11&format=pdf', '?month=2025-11&part=all', '?month=2025-11&live=yes']) {
    const answer = await rig.ask(reader, place + query);
    expect([query, answer.status]).toEqual([query, 400]);
    expectDescribed(answer);
  }
  const alone = await rig.ask(
    await rig.token(['read'], rig.two.b.tenantId),
    place.replace(rig.two.a.tenantId, rig.two.b.tenantId) + '?month=2025-11',
  );
  expect([alone.status, alone.body['code']]).toEqual([422, 'nothing_to_compare']);
  expectDescribed(alone);
  expect((await rig.ask(await rig.token(['embed'], rig.two.a.tenantId), `${place}?month=2025-11`)).status).toBe(403);
});
