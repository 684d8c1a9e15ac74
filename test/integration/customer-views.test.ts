import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { acceptIdentity } from '../../src/store/shared-keys.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { cartDraft, customerDraft } from '../support/customer-world.ts';
import { EngineRig, type Place } from '../support/engine-rig.ts';
import { orderDraft } from '../support/scripted-stream.ts';

const rig = await EngineRig.open();
afterAll(() => rig.close());
let readSeq = 0;
const write = async (place: Place, drafts: readonly Draft[]) => writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts));
const sale = (id: string, customer: string | null, at: string, changes: Parameters<typeof orderDraft>[1] = {}) =>
  orderDraft(id, { customer_id: customer, created_at: at, ...changes });

let company: Awaited<ReturnType<typeof newCompany>>;
async function newCompany() {
  const tenant = await rig.tenant();
  const { tenantId, shop, odoo, rows } = tenant;
  const cover = async (from: string | null, until: string | null) => {
    await rows('delete from kpi.freshness');
    for (const [place, stream] of [
      [shop, 'orders'],
      [shop, 'abandoned_checkouts'],
      [odoo, 'orders'],
      [odoo, 'customers'],
    ] as const) {
      await rows(
        `insert into kpi.freshness (tenant_id, connection_id, stream, source, covered_from, covered_until) values ($1, $2, $3, $4, $5, $6)`,
        [tenantId, place.connectionId, stream, place.source, from, until],
      );
    }
  };
  /** One row of a function over a period, as text by column. */
  const period = async (name: string, first: string, last: string) =>
    (
      await rows<Record<string, unknown>>(`select to_jsonb(x) - 'tenant_id' as row from kpi.${name}($2, $3) x where tenant_id = $1`, [
        tenantId,
        first,
        last,
      ])
    )[0]?.['row'] as Record<string, unknown>;
  return { ...tenant, cover, period };
}
beforeEach(async () => {
  company = await newCompany();
  await company.cover('2026-01-01T00:00:00Z', '2026-12-15T12:00:00Z');
});

describe('returning customers', () => {
  test('ana buys in the shop in May and in Odoo in November: one customer, recurrente in November', async () => {
    const { shop, odoo, period } = company;
    await write(shop, [customerDraft('1', { email: 'ana@x.cl' }), sale('901', '1', '2026-05-10T12:00:00Z')]);
    await write(odoo, [customerDraft('7', { rut: '12.345.678-5', email: 'ana@x.cl' }), sale('31', '7', '2026-11-10T12:00:00Z')]);
    expect(await period('returning_customers', '2026-05-01', '2026-05-31')).toMatchObject({
      buyers: 1,
      returning_buyers: 0,
      repeat_rate: 0,
    });
    expect(await period('returning_customers', '2026-11-01', '2026-11-30')).toMatchObject({
      buyers: 1,
      returning_buyers: 1,
      new_buyers: 0,
      repeat_rate: 1,
      orders: 1,
      orders_without_identity: 0,
      coverage: 1,
    });
  });

  test('two sales within the period make recurrente, also on one day; orders without identity stand beside', async () => {
    const { shop, period } = company;
    await write(shop, [
      customerDraft('1', { email: 'ana@x.cl' }),
      customerDraft('2', { email: 'bea@x.cl' }),
      customerDraft('3', { email: 'cata@x.cl' }),
      sale('901', '1', '2026-11-03T12:00:00Z'),
      sale('902', '1', '2026-11-20T12:00:00Z'),
      sale('903', '2', '2026-11-05T12:00:00Z'),
      sale('904', '2', '2026-11-05T18:00:00Z'),
      sale('905', '3', '2026-11-06T12:00:00Z'),
      sale('906', null, '2026-11-07T12:00:00Z'),
    ]);
    expect(await period('returning_customers', '2026-11-01', '2026-11-30')).toMatchObject({
      buyers: 3,
      returning_buyers: 2,
      repeat_rate: 0.6667,
      orders: 6,
      orders_without_identity: 1,
    });
  });

  test('refunded sales are purchases; sales between sister companies, cancelled orders and quotations are not', async () => {
    const { shop, period } = company;
    await write(shop, [
      customerDraft('1', { email: 'ana@x.cl' }),
      sale('901', '1', '2026-11-03T12:00:00Z', { status: 'refunded' }),
      sale('902', '1', '2026-11-04T12:00:00Z', { excluded_because: 'intercompany' }),
      sale('903', '1', '2026-11-04T12:00:00Z', { status: 'cancelled' }),
      sale('904', '1', '2026-11-04T12:00:00Z', { status: 'quotation' }),
    ]);
    expect(await period('returning_customers', '2026-11-01', '2026-11-30')).toMatchObject({ buyers: 1, returning_buyers: 0, orders: 1 });
  });

  test('a period not wholly covered has no number; one without buyers has no rate', async () => {
    const { shop, period, cover } = company;
    await write(shop, [customerDraft('1', { email: 'ana@x.cl' }), sale('901', '1', '2026-11-03T12:00:00Z')]);
    expect(await period('returning_customers', '2026-12-01', '2026-12-31')).toMatchObject({ buyers: null, orders: null, coverage: 0.4516 });
    expect(await period('returning_customers', '2026-10-01', '2026-10-31')).toMatchObject({ buyers: 0, repeat_rate: null, orders: 0 });
    await cover(null, null);
    expect(await period('returning_customers', '2026-11-01', '2026-11-30')).toMatchObject({ buyers: null, orders: null, coverage: 0 });
    await cover('2026-11-10T15:00:00Z', '2026-12-15T12:00:00Z');
    expect(await period('returning_customers', '2026-11-01', '2026-11-30')).toMatchObject({ buyers: null, coverage: 0.6666 });
  });

  test('an identity with more than 5 % of the sales is reported and not used until a person says so', async () => {
    const { tenantId, shop, period, rows } = company;
    const at = (i: number) => `2026-11-${String(1 + (i % 28)).padStart(2, '0')}T12:00:00Z`;
    await write(shop, [
      customerDraft('1', { email: 'web@tienda.cl' }),
      customerDraft('2', { email: 'ana@x.cl' }),
      ...Array.from({ length: 20 }, (_, i) => sale(`9${i}`, '1', at(i))),
      ...Array.from({ length: 100 }, (_, i) => sale(`8${i}`, i < 19 ? '2' : null, at(i))),
    ]);
    const generic = await rows<{ identity_id: string }>('select * from kpi.generic_identities');
    expect(generic).toMatchObject([{ reason: 'share', sales: '20', share: '0.1667', used: false }]);
    const november = () => period('returning_customers', '2026-11-01', '2026-11-30');
    expect(await november()).toMatchObject({ buyers: 1, returning_buyers: 1, orders: 120, orders_without_identity: 101 });
    expect(await acceptIdentity(rig.db, tenantId, generic[0]!.identity_id)).toBe(true);
    expect(await november()).toMatchObject({ buyers: 2, returning_buyers: 2, orders_without_identity: 81 });
  });

  test('cohorts go by the local month of the first sale; before the covered months it is anterior', async () => {
    const { shop, rows, cover } = company;
    await cover('2026-05-01T04:00:00Z', '2026-12-15T12:00:00Z');
    await write(shop, [
      ...['1', '2', '3'].map((id) => customerDraft(id, { email: `c${id}@x.cl` })),
      sale('901', '1', '2026-04-20T12:00:00Z'),
      sale('902', '1', '2026-07-20T12:00:00Z'),
      // 31 May 23:30 in Chile is June in UTC.
      sale('903', '2', '2026-06-01T03:30:00Z'),
      sale('904', '2', '2026-07-20T12:00:00Z'),
      sale('905', '2', '2026-07-21T12:00:00Z'),
      sale('906', '3', '2026-12-14T12:00:00Z'),
    ]);
    const cohorts = `select concat_ws(' ', cohort, to_char(month, 'YYYY-MM'), coalesce(months_since::text, '-'), buyers, orders, is_complete) as line
      from kpi.customer_cohorts order by cohort, month`;
    expect((await rows<{ line: string }>(cohorts)).map(({ line }) => line)).toEqual([
      '2026-05 2026-05 0 1 1 t',
      '2026-05 2026-07 2 1 2 t',
      '2026-12 2026-12 0 1 1 f',
      'anterior 2026-04 - 1 1 f',
      'anterior 2026-07 - 1 1 t',
    ]);
  });

  test('móvil: the last 30 days by the clock', async () => {
    const { shop, rows, cover } = company;
    const ago = async (interval: string) =>
      (
        await rows<{ at: string }>(`select to_char((now() - $1::interval) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at`, [
          interval,
        ])
      )[0]!.at;
    await cover('2020-01-01T00:00:00Z', await ago('1 hour'));
    await write(shop, [
      ...['1', '2', '3'].map((id) => customerDraft(id, { email: `c${id}@x.cl` })),
      sale('901', '1', await ago('29 days 23 hours')),
      sale('902', '2', await ago('30 days 2 seconds')),
      sale('903', '3', await ago('90 days')),
      sale('904', '3', await ago('1 day')),
    ]);
    const read = 'select buyers, returning_buyers, repeat_rate from kpi.returning_customers_30d where buyers is not null';
    expect(await rows(read)).toEqual([{ buyers: '2', returning_buyers: '1', repeat_rate: '0.5000' }]);
    await cover('2020-01-01T00:00:00Z', await ago('25 hours'));
    expect(await rows(read)).toEqual([]);
  });
});

describe('abandoned carts', () => {
  const ana = customerDraft('1', { email: 'ana@x.cl' });
  const states = async () =>
    (await company.rows<{ state: string }>('select state from kpi.cart_states order by opened_at')).map(({ state }) => state);
  const november = () => company.period('abandoned_carts', '2026-11-01', '2026-11-30');

  test('3 carts of ana in one day, then an order: 1 abandoned, 1 comprado por otra vía, 0 perdido, with the value of the last', async () => {
    await write(company.shop, [
      ana,
      ...['13', '16', '19'].map((hour, i) => cartDraft(`7${i}`, { customer: '1', at: `2026-11-10T${hour}:00:00Z`, amount: 1000 + i })),
      sale('901', '1', '2026-11-10T23:00:00Z'),
    ]);
    expect(await november()).toMatchObject({
      abandoned: 1,
      recovered: 0,
      bought_otherwise: 1,
      lost: 0,
      amount_abandoned: 1002,
      web_orders: 1,
      abandonment_rate: 0.5,
    });
    for (const days of ["kpi.abandoned_carts_by_day where day = '2026-11-10'", "kpi.carts_by_day('2026-11-10', '2026-11-10')"])
      expect(await company.rows(`select abandoned, bought_otherwise, lost from ${days}`)).toEqual([
        { abandoned: '1', bought_otherwise: '1', lost: '0' },
      ]);
  });

  test('recovered is completed more than an hour after it was made; within the hour it is an order', async () => {
    await write(company.shop, [
      ...['1', '2'].map((id) => customerDraft(id, { email: `c${id}@x.cl` })),
      cartDraft('71', { customer: '1', at: '2026-11-10T12:00:00Z', completedAt: '2026-11-10T13:00:00Z' }),
      cartDraft('72', { customer: '2', at: '2026-11-10T12:00:01Z', completedAt: '2026-11-10T13:00:02Z' }),
      sale('901', '1', '2026-11-10T13:00:00Z'),
      sale('902', '2', '2026-11-10T13:00:02Z'),
    ]);
    expect(await states()).toEqual(['order', 'recovered']);
    // One abandoned, one web order that was none of them.
    expect(await november()).toMatchObject({ abandoned: 1, recovered: 1, lost: 0, web_orders: 2, abandonment_rate: 0.5 });
  });

  test('seven days after its last change are bought otherwise, a second more is lost', async () => {
    await write(company.shop, [
      ...['1', '2'].map((id) => customerDraft(id, { email: `c${id}@x.cl` })),
      cartDraft('71', { customer: '1', at: '2026-11-02T12:00:00Z' }),
      cartDraft('72', { customer: '2', at: '2026-11-02T12:00:00Z' }),
      sale('901', '1', '2026-11-09T12:00:00Z'),
      sale('902', '2', '2026-11-09T12:00:01Z'),
    ]);
    expect((await states()).sort()).toEqual(['bought_otherwise', 'lost']);
  });

  test('carts of one identity are one within 24 hours of the first, whichever record left them', async () => {
    await write(company.odoo, [customerDraft('7', { email: 'ANA@x.cl', rut: '12.345.678-5' })]);
    const draft = orderDraft('31', {
      customer_id: '7',
      status: 'quotation',
      source_status: 'draft/no',
      channel: 'website',
      updatedAt: '2026-11-10T20:00:00Z',
    });
    await write(company.odoo, [{ ...draft, sourceCreatedAt: '2026-11-10T20:00:00Z' }]);
    await write(company.shop, [
      ana,
      cartDraft('71', { customer: '1', at: '2026-11-10T12:00:00Z' }),
      cartDraft('72', { customer: '1', at: '2026-11-11T11:59:59Z' }),
      cartDraft('73', { customer: '1', at: '2026-11-11T12:00:00Z' }),
    ]);
    const read = 'select carts from kpi.carts order by opened_at';
    expect(await company.rows(read)).toEqual([{ carts: '3' }, { carts: '1' }]);
  });

  test('without contact it is not abandoned; without a partner that can be reached an Odoo cart is none', async () => {
    const cart = (id: string, customer: string) => ({
      ...orderDraft(id, { customer_id: customer, status: 'quotation', source_status: 'draft/no', channel: 'website' }),
      sourceCreatedAt: '2026-11-10T12:00:00Z',
    });
    await write(company.odoo, [customerDraft('8', {}), customerDraft('9', { rut: '66666666-6' }), cart('31', '8'), cart('32', '9')]);
    await write(company.shop, [cartDraft('71', { customer: null, contact: false, at: '2026-11-10T12:00:00Z' })]);
    expect(await november()).toMatchObject({ abandoned: 0, web_orders: 0, abandonment_rate: null });
    const day = await company.rows(`select abandoned, without_contact from kpi.abandoned_carts_by_day where day = '2026-11-10'`);
    expect(day).toEqual([{ abandoned: '0', without_contact: '1' }]);
  });

  test('a partner that loses its contact data takes its cart along, though it stays the same customer', async () => {
    const cart = orderDraft('31', { customer_id: '11', status: 'quotation', source_status: 'draft/no', channel: 'website' });
    await write(company.odoo, [
      customerDraft('10', { phone: '+56911111111', company: '10' }),
      customerDraft('11', { phone: '+56911111111', company: '10' }),
      { ...cart, sourceCreatedAt: '2026-11-10T12:00:00Z' },
    ]);
    expect(await company.rows('select carts from kpi.carts')).toEqual([{ carts: '1' }]);
    await write(company.odoo, [customerDraft('11', { company: '10' }, '2026-11-12T00:00:00Z')]);
    expect(await company.rows('select distinct identity_id from public.customer_identities')).toHaveLength(1);
    expect(await company.rows('select carts from kpi.carts')).toEqual([]);
  });

  test('cart_hours decides when it is abandoned, by what the sources have told', async () => {
    await company.cover('2026-10-01T00:00:00Z', '2026-11-10T13:59:59Z');
    await write(company.shop, [ana, cartDraft('71', { customer: '1', at: '2026-11-10T12:00:00Z', updatedAt: '2026-11-10T13:00:00Z' })]);
    expect(await states()).toEqual(['open']);
    await company.cover('2026-10-01T00:00:00Z', '2026-11-10T14:00:00Z');
    expect(await states()).toEqual(['lost']);
    await company.rows('update public.tenants set cart_hours = 2 where id = $1', [company.tenantId]);
    expect(await states()).toEqual(['open']);
  });

  test('what is not covered has no number, a covered day without carts has 0', async () => {
    await company.cover('2026-11-05T03:00:00Z', '2026-11-20T12:00:00Z');
    await write(company.shop, [ana, cartDraft('71', { customer: '1', at: '2026-11-10T12:00:00Z' })]);
    expect(await november()).toMatchObject({ abandoned: null, abandonment_rate: null, coverage: 0.5 });
    const days = await company.rows<{ day: string; abandoned: string }>(
      'select day::text, abandoned from kpi.abandoned_carts_by_day order by day',
    );
    expect(days.map(({ day, abandoned }) => `${day} ${abandoned}`).slice(0, 7)).toEqual([
      ...['05', '06', '07', '08', '09'].map((day) => `2026-11-${day} 0`),
      '2026-11-10 1',
      '2026-11-11 0',
    ]);
    expect(days.at(-1)?.day).toBe('2026-11-19');
  });
});
