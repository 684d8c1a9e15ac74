import { afterAll, beforeAll, expect, test } from 'vitest';
import { DASHBOARDS } from '../../src/dashboards/index.ts';
import { makeReport, type ReportDeps } from '../../src/reports/make-report.ts';
import { Database } from '../../src/store/database.ts';
import { TwoTenants } from './two-tenants.ts';

let two: TwoTenants;
let deps: ReportDeps;

beforeAll(async () => {
  two = await TwoTenants.open();
  const { database } = two;
  deps = { db: new Database({ url: database.url('kpi_writer') }), directUrl: database.adminUrl, roleSecret: database.roleSecret };
});
afterAll(async () => {
  await deps.db.close();
  await two.close();
});

const ofTenants = DASHBOARDS.filter(({ audience }) => audience === 'tenant');
const executive = DASHBOARDS.find(({ audience }) => audience === 'analyst')!;

test.each(ofTenants)('report $key of a company has its own name and nothing of another', async (dashboard) => {
  for (const [side, other] of [
    [two.a, two.b],
    [two.b, two.a],
  ] as const) {
    for (const period of [{}, { from: '2025-01-01', until: '2030-12-31' }]) {
      const report = await makeReport(deps, { dashboard, tenantId: side.tenantId, ...period });
      expect(report.html).toContain(`<b>Empresa ${side.mark}</b>`);
      expect(report.html).not.toContain(other.mark);
      expect(report.html).not.toContain(other.tenantId);
      expect(report.cards).toBeGreaterThan(10);
      for (const { title } of dashboard.cards.filter(({ industries }) => industries === undefined)) expect(report.html).toContain(title);
    }
  }
});

test('a report shows rows of the company: the check above can fail', async () => {
  const shown = await makeReport(deps, { dashboard: ofTenants[0]!, tenantId: two.a.tenantId });
  expect(shown.html.split(two.a.mark).length).toBeGreaterThan(5);
});

test('the executive report is over all companies, read as the analyst, and never of one', async () => {
  const { html, from } = await makeReport(deps, { dashboard: executive, tenantId: null });
  expect(html).toContain('Todas las empresas');
  expect(html).toContain(two.a.mark);
  expect(html).toContain(two.b.mark);
  expect(from).toBeNull();
  await expect(makeReport(deps, { dashboard: executive, tenantId: two.a.tenantId })).rejects.toThrow('over all companies');
  await expect(makeReport(deps, { dashboard: ofTenants[0]!, tenantId: null })).rejects.toThrow('of one company');
});

test('a card that cannot be answered fails the report and is named', async () => {
  const [first] = ofTenants[0]!.cards;
  const dashboard = { ...ofTenants[0]!, cards: [{ ...first!, sql: 'select 1 / 0' }] };
  await expect(makeReport(deps, { dashboard, tenantId: two.a.tenantId })).rejects.toThrow(`card ${first!.key}: division by zero`);
});

test('a report cannot write: it is read in a read-only transaction', async () => {
  const [first] = ofTenants[0]!.cards;
  const dashboard = { ...ofTenants[0]!, cards: [{ ...first!, sql: 'create temporary table x (y int)' }] };
  await expect(makeReport(deps, { dashboard, tenantId: two.a.tenantId })).rejects.toThrow('read-only');
});
