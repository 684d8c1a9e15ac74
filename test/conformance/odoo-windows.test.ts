import type { Page } from '#contract';
import { afterEach, describe, expect, test } from 'vitest';
import { odoo } from '../../connectors/odoo/index.ts';
import { clock, closeAll, contextOf, crowded, database, draftsOf, fieldsOf, idsOf, incremental, pages, serve } from './odoo-database.ts';

afterEach(closeAll);

describe('windows', () => {
  test('all records of one second arrive, however their microseconds lie', async () => {
    const read = await pages(contextOf(await serve([crowded()])), 'orders');
    expect(read.map((page) => draftsOf([page], 'order').length)).toEqual([500, 500, 200]);
    expect(new Set(idsOf(read, 'order')).size).toBe(1200);
    expect(new Set(idsOf(read, 'order_line')).size).toBe(1200);
  });

  test('a record rewritten while pages are read comes with the next walk', async () => {
    const db = crowded();
    const context = contextOf(await serve([db]));
    const first = await (async () => {
      const read: Page[] = [];
      for await (const page of odoo.streams.find(({ name }) => name === 'orders')!.read(context, incremental())) {
        read.push(page);
        // Written after the window was fixed: one record already read, one still to come.
        for (const id of [3, 1100]) Object.assign(db.orders[id - 1]!, { state: 'cancel', writeDate: '2026-12-05 12:00:00.100000' });
      }
      return read;
    })();
    expect(idsOf(first, 'order')).toHaveLength(1199);
    clock.now = new Date('2026-12-05T12:10:00Z');
    const second = await pages(context, 'orders', incremental(first.at(-1)!.cursor));
    expect(idsOf(second, 'order')).toEqual(['3', '1100']);
    expect(fieldsOf(second, '1100', 'order')).toMatchObject({ status: 'cancelled' });
  });

  test('a walk taken up from any page’s cursor yields exactly the rest', async () => {
    const context = contextOf(await serve([crowded()]));
    const whole = await pages(context, 'orders');
    for (const [index, page] of whole.slice(0, -1).entries()) {
      clock.now = new Date(clock.now.getTime() + 3_600_000);
      const rest = await pages(context, 'orders', incremental(page.cursor));
      expect(rest).toEqual(whole.slice(index + 1));
    }
  });

  test('the watermark is the server’s clock, moves only at the end, and a walk starts 15 minutes below it', async () => {
    const db = database();
    const context = contextOf(await serve([db]));
    const [first] = await pages(context, 'products');
    expect(first?.cursor).toEqual({ v: 1, watermark: '2026-12-05T11:59:55Z', walk: null });
    expect(first?.covered).toEqual({ from: null, until: '2026-12-05T11:59:55Z' });
    Object.assign(db.products[0]!, { writeDate: '2026-12-05 11:45:00.000000' });
    Object.assign(db.products[1]!, { writeDate: '2026-12-05 11:44:54.999999' });
    clock.now = new Date('2026-12-05T12:00:30Z');
    expect(idsOf(await pages(context, 'products', incremental(first!.cursor)))).toEqual(['30']);
  });

  test('a clock set back neither reads nor moves the watermark back', async () => {
    const context = contextOf(await serve([database()]));
    const cursor = { v: 1, watermark: '2026-12-05T13:00:00Z', walk: null };
    expect(await pages(context, 'orders', incremental(cursor))).toEqual([{ drafts: [], rejects: [], cursor, end: true }]);
  });

  test('a backfill reads the half-open range of the business date', async () => {
    const db = database();
    Object.assign(db.orders[0]!, { dateOrder: '2026-11-01 00:00:00' });
    Object.assign(db.orders[1]!, { dateOrder: '2026-11-02 00:00:00' });
    const context = contextOf(await serve([db]));
    const request = { kind: 'backfill', cursor: null, from: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' } as const;
    const read = await pages(context, 'orders', request);
    expect(idsOf(read)).toEqual(['21', '1', '2']);
    expect(read.at(-1)).toMatchObject({ end: true, covered: { from: '2026-11-01T00:00:00Z', until: '2026-11-02T00:00:00Z' } });
  });

  test('a line that changed without its order comes by the stream of lines', async () => {
    const db = database();
    const context = contextOf(await serve([db]));
    const lines = await pages(context, 'order_lines');
    const orders = await pages(context, 'orders');
    Object.assign(db.orderLines[0]!, { writeDate: '2026-12-05 12:05:00.000000' });
    clock.now = new Date('2026-12-05T12:10:00Z');
    expect(idsOf(await pages(context, 'orders', incremental(orders.at(-1)!.cursor)))).toEqual([]);
    expect(idsOf(await pages(context, 'order_lines', incremental(lines.at(-1)!.cursor)))).toEqual(['1']);
  });
});

describe('stock', () => {
  test('is one complete page with the source’s own count', async () => {
    const [page, ...more] = await pages(contextOf(await serve([database()])), 'inventory_levels');
    expect(more).toEqual([]);
    expect(page?.snapshot).toEqual({ entities: ['inventory_level'], counted: 2 });
    expect(page?.drafts.map((draft) => draft.sourceUpdatedAt)).toEqual([null, null]);
    expect(fieldsOf([page!], '1')).toMatchObject({ quantity_available: '9', foreign_owner: false });
    expect(fieldsOf([page!], '3')).toMatchObject({ quantity_on_hand: '1.1', quantity_available: '0.8', foreign_owner: true });
  });
});
