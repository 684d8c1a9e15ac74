import { columnsOf, type Row } from '#contract';
import type { Batch } from './batch.ts';
import type { Query } from './database.ts';
import { lockFamilies } from './family-lock.ts';
import { reaggregate } from './reaggregate.ts';
import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';
import { tenantSettings } from './tenants.ts';

const DAY_IS_KEPT = `select 1 from public.inventory_snapshot_days
  where tenant_id = $1 and connection_id = $2 and day = ($3::timestamptz at time zone $4)::date - 1`;
const OPEN_DAY = sqlFile('open-inventory-day');
const KEEP = sqlFile('keep-inventory-snapshot');

const COLUMNS = ['product_id', 'location_id', 'quantity_on_hand', 'quantity_reserved', 'quantity_available', 'foreign_owner'] as const;

/**
 * Stock has no past: the first full snapshot of a connection after local midnight is kept as the stock of the day before, in the
 * snapshot's own transaction, and never rewritten. Taken from the batch's rows and not from the table, which other batches change; the
 * instant is the source's own, as for coverage.
 */
export async function keepInventoryHistory(query: Query, batch: Batch, rows: readonly Row[]): Promise<void> {
  if (batch.covered === null || !(batch.snapshot?.entities.includes('inventory_level') ?? false)) return;
  const { tenantId, connectionId, source, covered } = batch;
  const place = [tenantId, connectionId, covered.until, (await tenantSettings(query, tenantId)).timeZone];
  // Most snapshots are not the first of their day, and change nothing: those take no lock.
  if ((await query(DAY_IS_KEPT, place)).rowCount !== 0) return;
  await lockFamilies(query, tenantId, ['inventory'], new Map());
  const opened = (await query<{ day: string }>(OPEN_DAY, [...place, source])).rows[0];
  if (opened === undefined) return;
  const at = COLUMNS.map((name) => columnsOf('inventory_level').findIndex((column) => column.name === name));
  await query(KEEP, [tenantId, connectionId, source, opened.day, ...at.map((index) => rows.map((row) => row.values[index] ?? null))]);
  await reaggregate(query, tenantId, ROLLUPS.stock, new Set([opened.day]));
}
