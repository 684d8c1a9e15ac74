import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeMonth, reopenMonth } from '../../src/reconcile/close-month.ts';
import { decideFinding } from '../../src/reconcile/decide-finding.ts';
import { exportFileName } from '../../src/reconcile/export/write-export.ts';
import { listFindings } from '../../src/reconcile/tracked-findings.ts';
import { MARTA, MONTH, MonthExportRig, sum, tablesOf, type Taken } from '../support/month-export-rig.ts';
import { column, readCsv, SPANISH } from '../support/read-csv.ts';

let rig: MonthExportRig;
beforeAll(async () => {
  rig = await MonthExportRig.open();
});
afterAll(() => rig.close());
beforeEach(() => rig.newTenant({ company_name: 'Tienda "Ejemplo"; SpA' }));

describe('a closed month', () => {
  const body = (taken: Taken) => {
    const tables = tablesOf(taken);
    for (const name of ['Resumen', 'Cambios desde el cierre']) tables.delete(name);
    return Object.fromEntries(tables);
  };

  test('is exported as it was closed, whatever changed and was said since; with --live as it is now', async () => {
    const { sale, mirror } = await rig.november();
    await rig.books.keep(undefined, new Date().toISOString());
    const [finding] = await listFindings(rig.books.db, { tenantId: rig.books.tenantId, class: 'duplicate_in_odoo' });
    await decideFinding(
      rig.books.db,
      { tenantId: rig.books.tenantId, number: finding!.number, state: 'explained', note: 'dos despachos' },
      MARTA,
    );
    await closeMonth(rig.books.db, { tenantId: rig.books.tenantId, month: MONTH, force: false }, MARTA);
    const before = await rig.take('csv-es');
    expect(exportFileName(before.exported, 'csv-es', null)).toBe(`conciliacion-${before.exported.company.rut}-2025-11-cierre.csv`);

    await rig.change(sale, 90_000);
    await rig.change(mirror, 90_000);
    await decideFinding(
      rig.books.db,
      { tenantId: rig.books.tenantId, number: finding!.number, state: 'resolved', note: 'anulado en Odoo' },
      MARTA,
    );
    await rig.books.keep(undefined, new Date(Date.now() + 60_000).toISOString());
    const after = await rig.take('csv-es');
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

    const live = await rig.take('csv-es', { live: true });
    expect(exportFileName(live.exported, 'xlsx', 'findings')).toBe(`conciliacion-${live.exported.company.rut}-2025-11-vivo-findings.xlsx`);
    expect(live.exported.reconciliation!.shopAmount).toBe('179250');
    expect(body(live)).not.toEqual(body(before));
  });

  test('of many pages of findings is exported to the last of them', async () => {
    await rig.november();
    const { reconciliationId } = await closeMonth(rig.books.db, { tenantId: rig.books.tenantId, month: MONTH, force: false }, MARTA);
    const { exported } = await rig.take('csv', { only: 'summary' });
    const before = exported.reconciliation!.classes.reduce((total, { findings }) => total + findings, 0);
    await rig.books.sql(
      `insert into ops.findings (tenant_id, reconciliation_id, finding, key, class, amount, business_day)
       select $1, $2, 1000 + n, 'amount:' || n, 'amount', n, '2025-11-28' from generate_series(1, 7001) n`,
      [rig.books.tenantId, reconciliationId],
    );
    const table = readCsv((await rig.take('csv-es', { only: 'findings' })).bytes.toString('utf8').slice(1), SPANISH);
    const amounts = column(table, 'Diferencia (Odoo menos tienda)');
    expect(amounts).toHaveLength(before + 7001);
    expect(sum(amounts)).toBe(219_000n - 208_250n + (7001n * 7002n) / 2n);
  });

  test('that was opened again is live, and says so', async () => {
    await rig.november();
    await closeMonth(rig.books.db, { tenantId: rig.books.tenantId, month: MONTH, force: false }, MARTA);
    await reopenMonth(rig.books.db, rig.books.tenantId, MONTH, { who: 'marta', reason: 'falta una boleta' });
    const taken = await rig.take('csv-es');
    expect(taken.exported.isClosed).toBe(false);
    expect(
      tablesOf(taken)
        .get('Resumen')!
        .map((row) => row.join(' ')),
    ).toContainEqual(expect.stringMatching(/ATENCIÓN El mes se cerró y se reabrió el .*falta una boleta/));
  });
});
