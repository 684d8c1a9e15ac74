import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decideFinding } from '../../src/reconcile/decide-finding.ts';
import { NotCurrent } from '../../src/reconcile/not-current.ts';
import { NothingToCompare } from '../../src/reconcile/nothing-to-compare.ts';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { bytesOf, MARTA, MonthExportRig, sum, tablesOf, tabsOf } from '../support/month-export-rig.ts';
import { column, isFormula, readCsv, SPANISH } from '../support/read-csv.ts';
import { readWorkbook } from '../support/read-workbook.ts';

let rig: MonthExportRig;
beforeAll(async () => {
  rig = await MonthExportRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.newTenant({ company_name: 'Tienda "Ejemplo"; SpA' }));

/** Findings by code add up to the lines of their bridge, and the lines from its first to its last row. */
function expectToAddUp(tables: ReadonlyMap<string, string[][]>, bridge: string, findings: string, amount: string): void {
  const [lines, found] = [tables.get(bridge)!, tables.get(findings)!];
  const codes = column(lines, 'Código');
  const amounts = column(lines, 'Monto');
  expect(sum(amounts.slice(0, -1))).toBe(sum(amounts.slice(-1)));
  const [foundCodes, foundAmounts] = [column(found, 'Código'), column(found, amount)];
  for (const [i, code] of codes.entries()) {
    if (['shop', 'erp', 'sales', 'refunds', 'documents', 'remainder'].includes(code)) continue;
    expect(sum(foundAmounts.filter((_, j) => foundCodes[j] === code)), code).toBe(sum([amounts[i]!]));
  }
}

describe('an export adds up to the last peso', () => {
  test.each(['csv-es', 'xlsx'] as const)(
    '%s: findings to lines, and lines from the first row of each bridge to its last',
    async (format) => {
      await rig.november();
      const taken = await rig.take(format);
      const tables = format === 'xlsx' ? tabsOf(taken) : tablesOf(taken);
      expect([...tables.keys()]).toEqual([
        'Resumen',
        'Puente tienda a Odoo',
        'Puente ventas a documentos',
        'Resumen por clase',
        'Documentos por tipo',
        'Hallazgos',
        'Hallazgos de documentos',
      ]);
      expectToAddUp(tables, 'Puente tienda a Odoo', 'Hallazgos', 'Diferencia (Odoo menos tienda)');
      expectToAddUp(tables, 'Puente ventas a documentos', 'Hallazgos de documentos', 'Diferencia');
      const bridge = tables.get('Puente tienda a Odoo')!;
      expect([column(bridge, 'Monto').at(0), column(bridge, 'Monto').at(-1)]).toEqual(['208250', '219000']);
      const { reconciliation, documents } = taken.exported;
      expect([reconciliation!.remainder, documents!.remainder]).toEqual(['0', '0']);
      expect(sum(column(tables.get('Hallazgos')!, 'Diferencia (Odoo menos tienda)'))).toBe(219_000n - 208_250n);
      const types = tables.get('Documentos por tipo')!;
      expect(sum(column(types, 'Total'))).toBe(BigInt(documents!.documentsAmount));
      const parts = ['Neto', 'Exento', 'IVA', 'Otros impuestos', 'Sin desglose'].map((part) => sum(column(types, part)));
      expect(parts.reduce((total, part) => total + part)).toBe(sum(column(types, 'Total')));
    },
  );

  test('what is not listed of the bridge to documents is one row of the rest', async () => {
    await rig.november();
    const { exported } = await rig.take('csv-es');
    const bridge = exported.documents!;
    const short = { ...exported, documents: { ...bridge, findings: bridge.findings.slice(0, 1) } };
    const table = readCsv((await bytesOf(short, 'csv-es', 'document-findings')).toString('utf8').slice(1), SPANISH);
    expect(column(table, 'Venta').filter((text) => /^Otros \d+, no listados$/.test(text)).length).toBeGreaterThan(0);
    expect(sum(column(table, 'Diferencia'))).toBe(bridge.lines.reduce((total, { amount }) => total + BigInt(amount), 0n));
  });

  test('cents are kept in a currency that has them', async () => {
    await rig.newTenant({ currency: 'USD', currency_decimals: 2 });
    await rig.books.sale(19.99, { currency_source: 'USD', amount_total: 19.99 });
    await rig.books.sale(0.1, { currency_source: 'USD', amount_total: 0.1 });
    const amounts = (tables: Map<string, string[][]>) => column(tables.get('Hallazgos')!, 'Diferencia (Odoo menos tienda)');
    const [csv, xlsx] = [await rig.take('csv-es'), await rig.take('xlsx')];
    expect(amounts(tablesOf(csv))).toEqual(['-19,99', '-0,10']);
    expect(amounts(tabsOf(xlsx))).toEqual(['-19.99', '-0.1']);
  });
});

test('a finding has its references, pages, days, age, state, note and who wrote it', async () => {
  await rig.november();
  await rig.books.keep(undefined, new Date().toISOString());
  const missing = (await listFindings(rig.books.db, { tenantId: rig.books.tenantId, class: 'missing_in_odoo' })).find(
    ({ amount }) => amount === '-5950',
  )!;
  await decideFinding(rig.books.db, { tenantId: rig.books.tenantId, number: missing.number, state: 'explained', note: '=2+2' }, MARTA);
  const table = tablesOf(await rig.take('csv-es')).get('Hallazgos')!;
  const row = Object.fromEntries(table[0]!.map((title) => [title, column(table, title)[column(table, 'N°').indexOf(missing.number)]!]));
  expect(row).toMatchObject({
    Clase: 'Falta en Odoo',
    Código: 'missing_in_odoo',
    Día: '2025-11-28',
    'Pedido de la tienda': missing.shopName,
    'Diferencia (Odoo menos tienda)': '-5950',
    Moneda: 'CLP',
    Estado: 'explicado',
    Nota: "'=2+2",
    Usuario: 'marta',
    'Antigüedad (días)': '0',
    'Página en Odoo': '',
  });
  expect(row['Visto primero']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  expect(row['Página en la tienda']).toMatch(/^https:\/\/page\.example\/\d+$/);
});

test('names and notes are no formulas in any form', async () => {
  await rig.november();
  for (const format of ['csv-es', 'csv'] as const) {
    const fields = readCsv(
      (await rig.take(format)).bytes.toString('utf8').replace('\uFEFF', ''),
      format === 'csv' ? { ...SPANISH, separator: ',' } : SPANISH,
    ).flat();
    expect(fields.filter(isFormula)).toEqual([]);
    expect(fields).toEqual(expect.arrayContaining([`'=HYPERLINK("https://evil.example";"#1007")`, "'@S00043"]));
  }
  const cells = readWorkbook((await rig.take('xlsx')).bytes).flatMap(({ rows }) => rows.flat());
  expect(cells.filter((cell) => cell?.kind === 'formula')).toEqual([]);
  expect(cells).toContainEqual({ kind: 'text', raw: '=HYPERLINK("https://evil.example";"#1007")', format: 'General' });
});

describe('what is not certain', () => {
  const behind = () =>
    rig.books.sql(`update ops.streams set covered_until = now() - interval '1 day' where tenant_id = $1 and stream = 'orders'`, [
      rig.books.tenantId,
    ]);

  test('is the first thing an export says, or reason enough for none', async () => {
    await rig.november();
    expect((await rig.take('csv-es', { strict: true })).exported.reconciliation!.warnings).toEqual([]);
    await behind();
    const summary = tablesOf(await rig.take('csv-es')).get('Resumen')!;
    expect(summary[1]).toEqual(['ATENCIÓN', expect.stringContaining('NO ES DEFINITIVO')]);
    expect(summary.map((row) => row.join(' '))).toContainEqual(expect.stringMatching(/ATENCIÓN Shopify · .*al día solo hasta/));
    await expect(rig.take('csv-es', { strict: true })).rejects.toThrow(NotCurrent);
  });

  test('the documents of the point of sale are sources too', async () => {
    await rig.november();
    await rig.books.sql(`update ops.streams set covered_until = now() - interval '1 day' where tenant_id = $1 and stream = 'pos_orders'`, [
      rig.books.tenantId,
    ]);
    expect((await rig.take('csv-es')).exported.reconciliation!.warnings).toEqual([]);
    await expect(rig.take('csv-es', { strict: true })).rejects.toThrow(/cannot be exported strictly: odoo pos_orders: Al día solo hasta/);
  });

  test('what went wrong with a stream is said in Spanish, by the name that people give it', async () => {
    await rig.november();
    const { rows } = await rig.books.db.query<{ id: string }>(
      `update ops.streams set error_kind = 'config', error_code = 'forbidden' where tenant_id = $1 and stream = 'invoices'
       returning connection_id as id`,
      [rig.books.tenantId],
    );
    await rig.books.put('kpi.freshness', {
      connection_id: rows[0]!.id,
      source: 'odoo',
      stream: 'invoices',
      problem: 'odoo invoices: no right to read this. Give it',
      problem_es: 'La clave no tiene permiso.',
    });
    const summary = tablesOf(await rig.take('csv-es'))
      .get('Resumen')!
      .map((row) => row.join(' '));
    expect(summary).toContainEqual('ATENCIÓN Documentos emitidos (Odoo): La última lectura falló. La clave no tiene permiso.');
    expect(summary).toContainEqual(expect.stringMatching(/^Documentos emitidos \(Odoo\), odoo, hasta /));
  });

  test('a range that is read again is said, or refused', async () => {
    await rig.november();
    const { rows } = await rig.books.db.query<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'odoo'`, [
      rig.books.tenantId,
    ]);
    const range = { range_from: '2025-11-01T03:00:00Z', range_until: '2025-12-01T03:00:00Z', state: 'running' };
    await rig.books.put('ops.backfills', { connection_id: rows[0]!.id, stream: 'invoices', ...range });
    expect(
      tablesOf(await rig.take('csv-es'))
        .get('Resumen')!
        .map((row) => row.join(' ')),
    ).toContainEqual(expect.stringContaining('Se está releyendo el período 2025-11-01 a 2025-12-01'));
    await expect(rig.take('csv-es', { strict: true })).rejects.toThrow(NotCurrent);
  });
});

test('a comparison that is not to be kept leaves nothing behind', async () => {
  await rig.november();
  const kept = async () =>
    (await rig.books.db.query('select from ops.reconciliations where tenant_id = $1', [rig.books.tenantId])).rowCount;
  const taken = await rig.take('csv-es', { keep: false });
  expect(tablesOf(taken).get('Hallazgos')!.length).toBeGreaterThan(3);
  expect(await kept()).toBe(0);
  await rig.take('csv-es');
  expect(await kept()).toBe(1);
});

test('one table alone is a table that programs read', async () => {
  await rig.november();
  const { bytes } = await rig.take('csv', { only: 'classes' });
  const [head, ...rows] = bytes.toString('utf8').trimEnd().split('\r\n');
  expect(head).toBe('Clase,Código,Hallazgos con monto,Solo avisos,Monto,Valor de los avisos,Moneda');
  expect(rows).toContain('Duplicado en Odoo,duplicate_in_odoo,1,0,59500,,CLP');
  await expect(rig.take('csv', { only: 'changes' })).rejects.toThrow(NothingToCompare);
});
