import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DASHBOARDS, HEAD_KEYS, parseKpiFile, readKpiCatalogue } from '../../src/store/kpi-catalogue.ts';

const folder = join(import.meta.dirname, '../../migrations/kpi');

test('every KPI file has every key of the head, in order, and something behind each', () => {
  const all = readKpiCatalogue();
  expect(all.length).toBeGreaterThanOrEqual(15);
  for (const kpi of all) expect([kpi.name, kpi.meaning, kpi.mustAgreeWith].every((text) => text.length > 3)).toBe(true);
});

describe.each(readKpiCatalogue())('$name', (kpi) => {
  test('is on dashboards that exist', () => {
    expect(kpi.dashboards.length).toBeGreaterThan(0);
    for (const dashboard of kpi.dashboards) expect(DASHBOARDS).toContain(dashboard);
  });

  test('is explained by one select of one tenant and one day', () => {
    expect(kpi.explain).toMatch(/^(select|with) /);
    expect(kpi.explain).not.toContain(';');
    expect(kpi.explain).toMatch(/\$1/);
    expect(kpi.explain).toMatch(/\$2\b/);
  });

  test('says in Spanish, too, what it must agree with', () => {
    expect(kpi.comment).toMatch(/Debe cuadrar con: ./);
  });
});

describe('a head that is not as it must be is refused with the file and the keys', () => {
  const good = readFileSync(join(folder, 'coverage.sql'), 'utf8');
  const broken: Readonly<Record<string, (text: string) => string>> = {
    'a key is missing': (text) => text.replace(/^-- Unit:.*\n/m, ''),
    'a key is there twice': (text) => text.replace(/^(-- Grain:.*\n)/m, '$1-- Grain: again\n'),
    'the order is another': (text) => text.replace(/^-- Source:/m, '-- Formula:').replace(/^-- Formula: of/m, '-- Source: of'),
    'a key says nothing': (text) => text.replace(/^-- Unit:.*$/m, '-- Unit:'),
    'it makes something of another name': (text) => text.replace('view kpi.coverage with', 'view kpi.coverages with'),
    'the comment is missing': (text) => text.replaceAll('comment on view', 'comment on table'),
  };
  test.each(Object.entries(broken))('%s', (_, change) => {
    expect(() => parseKpiFile('coverage', good)).not.toThrow();
    expect(change(good)).not.toBe(good);
    expect(() => parseKpiFile('coverage', change(good))).toThrow('migrations/kpi/coverage.sql');
  });

  test('the keys are those of the project', () => {
    expect(HEAD_KEYS.length).toBe(10);
  });
});
