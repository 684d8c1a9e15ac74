import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeMonth, reopenMonth } from '../../src/reconcile/close-month.ts';
import { decideFinding } from '../../src/reconcile/decide-finding.ts';
import { exportMonth, type ExportRequest } from '../../src/reconcile/export/export-month.ts';
import type { MonthExport } from '../../src/reconcile/export/month-export.ts';
import type { ExportPart } from '../../src/reconcile/export/month-sheets.ts';
import { exportFileName, writeExport, type ExportFormat } from '../../src/reconcile/export/write-export.ts';
import { NotCurrent } from '../../src/reconcile/not-current.ts';
import { NothingToCompare } from '../../src/reconcile/nothing-to-compare.ts';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { column, isFormula, numberIn, readCsv, SPANISH } from '../support/read-csv.ts';
import { readWorkbook } from '../support/read-workbook.ts';
import { ReconcileRig } from '../support/reconcile-rig.ts';

let rig: ReconcileRig;
beforeAll(async () => {
  rig = await ReconcileRig.open();
});
afterAll(() => rig.close());

const MONTH = '2025-11';
const MARTA = { who: 'marta', reason: 'F29 presented' };
/** An order of the books that stands for one of the shop, which speaks. */
const MIRROR = { speaks: false, silent_because: 'mirror' };

beforeEach(async () => {
  await rig.newTenant({ company_name: 'Tienda "Ejemplo"; SpA' });
  const { rows } = await rig.db.query<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'odoo'`, [
    rig.tenantId,
  ]);
  await rig.put('ops.streams', { connection_id: rows[0]!.id, stream: 'pos_orders' });
  await rig.sql('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenantId]);
});

/** A month with differences of several classes, flags, and names that a spreadsheet would compute. */
async function november(): Promise<{ sale: string; mirror: string }> {
  const pair = await rig.pair(119_000, {}, MIRROR);
  await change(pair.mirror, 100_000);
  await rig.sale(23_800, { name: '=HYPERLINK("https://evil.example";"#1007")' });
  await rig.sale(5_950);
  const { sale } = await rig.pair(59_500, {}, MIRROR);
  await rig.refund(sale, 10_000, { counts: true });
  const duplicate = await rig.mirror(59_500, sale, { ...MIRROR, name: '@S00043' });
  await rig.issue(duplicate, 59_500);
  await rig.mirror(238_000, null, { shop_order_name: null, invoiced: false });
  return pair;
}

const change = (order: string, total: number) =>
  rig.sql('update public.source_orders set amount_total_source = $2, amount_total = $2, amount_products_source = $2 where id = $1', [
    order,
    total,
  ]);

interface Taken {
  readonly exported: MonthExport;
  readonly bytes: Buffer;
}

async function take(format: ExportFormat, more: Partial<ExportRequest> & { only?: ExportPart } = {}): Promise<Taken> {
  const urlOf = ({ connectionId, sourceId }: { connectionId: string | null; sourceId: string | null }) =>
    connectionId === null ? null : `https://page.example/${sourceId}`;
  const { only = null, ...request } = more;
  return exportMonth(rig.db, { tenantId: rig.tenantId, month: MONTH, keep: true, urlOf, ...request }, async (exported) => {
    const pieces: Buffer[] = [];
    const sink = new Writable({ write: (piece: Buffer, _, done) => (pieces.push(Buffer.from(piece)), done()) });
    await writeExport(exported, { format, only }, sink);
    return { exported, bytes: Buffer.concat(pieces) };
  });
}

/** The tables of a file for Excel in Spanish, by their names, as that Excel sees them. */
function tablesOf({ bytes }: Taken): Map<string, string[][]> {
  expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
  const tables = new Map<string, string[][]>();
  let name: string | null = null;
  for (const row of readCsv(bytes.toString('utf8').slice(1), SPANISH)) {
    if (row.length === 1 && row[0] === '') name = null;
    else if (name === null) tables.set((name = row[0]!), []);
    else tables.get(name)!.push(row);
  }
  return tables;
}

/** The same of a workbook. */
const tabsOf = ({ bytes }: Taken) =>
  new Map(readWorkbook(bytes).map(({ name, rows }) => [name, rows.map((row) => row.map((cell) => cell?.raw ?? ''))]));

const MILLION = 1_000_000n;
const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total + numberIn(amount, SPANISH)!, 0n) / MILLION;

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
      await november();
      const taken = await take(format);
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
    await november();
    const { exported } = await take('csv-es');
    const bridge = exported.documents!;
    const short = { ...exported, documents: { ...bridge, findings: bridge.findings.slice(0, 1) } };
    const pieces: Buffer[] = [];
    const sink = new Writable({ write: (piece: Buffer, _, done) => (pieces.push(Buffer.from(piece)), done()) });
    await writeExport(short, { format: 'csv-es', only: 'document-findings' }, sink);
    const table = readCsv(Buffer.concat(pieces).toString('utf8').slice(1), SPANISH);
    expect(column(table, 'Venta').filter((text) => /^Otros \d+, no listados$/.test(text)).length).toBeGreaterThan(0);
    expect(sum(column(table, 'Diferencia'))).toBe(bridge.lines.reduce((total, { amount }) => total + BigInt(amount), 0n));
  });

  test('cents are kept in a currency that has them', async () => {
    await rig.newTenant({ currency: 'USD', currency_decimals: 2 });
    await rig.sql('update ops.streams set covered_until = now() where tenant_id = $1', [rig.tenantId]);
    await rig.sale(19.99, { currency_source: 'USD', amount_total: 19.99 });
    await rig.sale(0.1, { currency_source: 'USD', amount_total: 0.1 });
    const amounts = (tables: Map<string, string[][]>) => column(tables.get('Hallazgos')!, 'Diferencia (Odoo menos tienda)');
    const [csv, xlsx] = [await take('csv-es'), await take('xlsx')];
    expect(amounts(tablesOf(csv))).toEqual(['-19,99', '-0,10']);
    expect(amounts(tabsOf(xlsx))).toEqual(['-19.99', '-0.1']);
  });
});

test('a finding has its references, pages, days, age, state, note and who wrote it', async () => {
  await november();
  await rig.keep(undefined, new Date().toISOString());
  const missing = (await listFindings(rig.db, { tenantId: rig.tenantId, class: 'missing_in_odoo' })).find(
    ({ amount }) => amount === '-5950',
  )!;
  await decideFinding(rig.db, { tenantId: rig.tenantId, number: missing.number, state: 'explained', note: '=2+2' }, MARTA);
  const table = tablesOf(await take('csv-es')).get('Hallazgos')!;
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
  await november();
  for (const format of ['csv-es', 'csv'] as const) {
    const fields = readCsv(
      (await take(format)).bytes.toString('utf8').replace('\uFEFF', ''),
      format === 'csv' ? { ...SPANISH, separator: ',' } : SPANISH,
    ).flat();
    expect(fields.filter(isFormula)).toEqual([]);
    expect(fields).toEqual(expect.arrayContaining([`'=HYPERLINK("https://evil.example";"#1007")`, "'@S00043"]));
  }
  const cells = readWorkbook((await take('xlsx')).bytes).flatMap(({ rows }) => rows.flat());
  expect(cells.filter((cell) => cell?.kind === 'formula')).toEqual([]);
  expect(cells).toContainEqual({ kind: 'text', raw: '=HYPERLINK("https://evil.example";"#1007")', format: 'General' });
});

describe('a closed month', () => {
  const body = (taken: Taken) => {
    const tables = tablesOf(taken);
    for (const name of ['Resumen', 'Cambios desde el cierre']) tables.delete(name);
    return Object.fromEntries(tables);
  };

  test('is exported as it was closed, whatever changed and was said since; with --live as it is now', async () => {
    const { sale, mirror } = await november();
    await rig.keep(undefined, new Date().toISOString());
    const [finding] = await listFindings(rig.db, { tenantId: rig.tenantId, class: 'duplicate_in_odoo' });
    await decideFinding(rig.db, { tenantId: rig.tenantId, number: finding!.number, state: 'explained', note: 'dos despachos' }, MARTA);
    await closeMonth(rig.db, { tenantId: rig.tenantId, month: MONTH, force: false }, MARTA);
    const before = await take('csv-es');
    expect(exportFileName(before.exported, 'csv-es', null)).toBe(`conciliacion-${before.exported.company.rut}-2025-11-cierre.csv`);

    await change(sale, 90_000);
    await change(mirror, 90_000);
    await decideFinding(rig.db, { tenantId: rig.tenantId, number: finding!.number, state: 'resolved', note: 'anulado en Odoo' }, MARTA);
    await rig.keep(undefined, new Date(Date.now() + 60_000).toISOString());
    const after = await take('csv-es');
    expect(body(after)).toEqual(body(before));
    const found = body(after)['Hallazgos']!;
    expect(column(found, 'Nota')[column(found, 'N°').indexOf(finding!.number)]).toBe('dos despachos');
    const changes = tablesOf(after).get('Cambios desde el cierre')!;
    expect(changes.slice(1).map((row) => [row[0], row[3], row[4]])).toContainEqual(['Ventas', '119000', '90000']);
    const summary = Object.fromEntries(
      tablesOf(after)
        .get('Resumen')!
        .map(([title, value]) => [title, value]),
    );
    expect(summary).toMatchObject({
      Estado: 'Cerrado: como quedó al cierre',
      'Cerrado por': 'marta',
      'Motivo del cierre': 'F29 presented',
    });
    expect([summary['Ventas al cierre'], summary['Ventas hoy']]).toEqual(['446250', '417250']);

    const live = await take('csv-es', { live: true });
    expect(exportFileName(live.exported, 'xlsx', 'findings')).toBe(`conciliacion-${live.exported.company.rut}-2025-11-vivo-findings.xlsx`);
    expect(live.exported.reconciliation!.shopAmount).toBe('179250');
    expect(body(live)).not.toEqual(body(before));
  });

  test('of many pages of findings is exported to the last of them', async () => {
    await november();
    const { reconciliationId } = await closeMonth(rig.db, { tenantId: rig.tenantId, month: MONTH, force: false }, MARTA);
    const { exported } = await take('csv', { only: 'summary' });
    const before = exported.reconciliation!.classes.reduce((total, { findings }) => total + findings, 0);
    await rig.sql(
      `insert into ops.findings (tenant_id, reconciliation_id, finding, key, class, amount, business_day)
       select $1, $2, 1000 + n, 'amount:' || n, 'amount', n, '2025-11-28' from generate_series(1, 7001) n`,
      [rig.tenantId, reconciliationId],
    );
    const table = readCsv((await take('csv-es', { only: 'findings' })).bytes.toString('utf8').slice(1), SPANISH);
    const amounts = column(table, 'Diferencia (Odoo menos tienda)');
    expect(amounts).toHaveLength(before + 7001);
    expect(sum(amounts)).toBe(219_000n - 208_250n + (7001n * 7002n) / 2n);
  });

  test('that was opened again is live, and says so', async () => {
    await november();
    await closeMonth(rig.db, { tenantId: rig.tenantId, month: MONTH, force: false }, MARTA);
    await reopenMonth(rig.db, rig.tenantId, MONTH, { who: 'marta', reason: 'falta una boleta' });
    const taken = await take('csv-es');
    expect(taken.exported.isClosed).toBe(false);
    expect(
      tablesOf(taken)
        .get('Resumen')!
        .map((row) => row.join(' ')),
    ).toContainEqual(expect.stringMatching(/ATENCIÓN El mes se cerró y se reabrió el .*falta una boleta/));
  });
});

describe('what is not certain', () => {
  const behind = () =>
    rig.sql(`update ops.streams set covered_until = now() - interval '1 day' where tenant_id = $1 and stream = 'orders'`, [rig.tenantId]);

  test('is the first thing an export says, or reason enough for none', async () => {
    await november();
    expect((await take('csv-es', { strict: true })).exported.reconciliation!.warnings).toEqual([]);
    await behind();
    const summary = tablesOf(await take('csv-es')).get('Resumen')!;
    expect(summary[1]).toEqual(['ATENCIÓN', expect.stringContaining('NO ES DEFINITIVO')]);
    expect(summary.map((row) => row.join(' '))).toContainEqual(expect.stringMatching(/ATENCIÓN shopify · .*al día solo hasta/));
    await expect(take('csv-es', { strict: true })).rejects.toThrow(NotCurrent);
  });

  test('the documents of the point of sale are sources too', async () => {
    await november();
    await rig.sql(`update ops.streams set covered_until = now() - interval '1 day' where tenant_id = $1 and stream = 'pos_orders'`, [
      rig.tenantId,
    ]);
    expect((await take('csv-es')).exported.reconciliation!.warnings).toEqual([]);
    await expect(take('csv-es', { strict: true })).rejects.toThrow(/cannot be exported strictly: odoo pos_orders: Al día solo hasta/);
  });

  test('a range that is read again is said, or refused', async () => {
    await november();
    const { rows } = await rig.db.query<{ id: string }>(`select id from ops.connections where tenant_id = $1 and source = 'odoo'`, [
      rig.tenantId,
    ]);
    const range = { range_from: '2025-11-01T03:00:00Z', range_until: '2025-12-01T03:00:00Z', state: 'running' };
    await rig.put('ops.backfills', { connection_id: rows[0]!.id, stream: 'invoices', ...range });
    expect(
      tablesOf(await take('csv-es'))
        .get('Resumen')!
        .map((row) => row.join(' ')),
    ).toContainEqual(expect.stringContaining('Se está releyendo el período 2025-11-01 a 2025-12-01'));
    await expect(take('csv-es', { strict: true })).rejects.toThrow(NotCurrent);
  });
});

test('a comparison that is not to be kept leaves nothing behind', async () => {
  await november();
  const kept = async () => (await rig.db.query('select from ops.reconciliations where tenant_id = $1', [rig.tenantId])).rowCount;
  const taken = await take('csv-es', { keep: false });
  expect(tablesOf(taken).get('Hallazgos')!.length).toBeGreaterThan(3);
  expect(await kept()).toBe(0);
  await take('csv-es');
  expect(await kept()).toBe(1);
});

test('one table alone is a table that programs read', async () => {
  await november();
  const { bytes } = await take('csv', { only: 'classes' });
  const [head, ...rows] = bytes.toString('utf8').trimEnd().split('\r\n');
  expect(head).toBe('Clase,Código,Hallazgos con monto,Solo avisos,Monto,Valor de los avisos,Moneda');
  expect(rows).toContain('Duplicado en Odoo,duplicate_in_odoo,1,0,59500,,CLP');
  await expect(take('csv', { only: 'changes' })).rejects.toThrow(NothingToCompare);
});
