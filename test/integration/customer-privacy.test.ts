import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { mapCustomer } from '../../connectors/odoo/mapping/customer.ts';
import { mapCheckouts, mapOrders } from '../../connectors/shopify/mapping.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { roleUrl } from '../../src/store/role-urls.ts';
import { setSharedKey } from '../../src/store/shared-keys.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { everyTable, whereFound } from '../support/every-table.ts';

const rig = await EngineRig.open();
afterAll(() => rig.close());

/** As they are typed, and what is left of them whatever is done with dots and letters. */
const PLANTED = ['planta.secreta@correo.example', 'correo.example', '911112222', '12345678', '12.345.678', 'Rosalinda', 'Quebrada Honda'];
const EMAIL = 'Planta.Secreta@Correo.example';
const PHONE = '+56 9 1111 2222';

const money = (amount: string) => ({ shopMoney: { amount, currencyCode: 'CLP' } });
const buyer = {
  id: 'gid://shopify/Customer/1',
  createdAt: '2026-11-01T10:00:00Z',
  updatedAt: '2026-11-01T10:00:00Z',
  firstName: 'Rosalinda',
  defaultEmailAddress: { emailAddress: EMAIL },
  defaultPhoneNumber: { phoneNumber: PHONE },
  defaultAddress: { city: 'Ñuñoa', province: 'Región Metropolitana', address1: 'Quebrada Honda 12' },
};
const cart = (id: number, changes: Record<string, unknown>) => ({
  id: `gid://shopify/AbandonedCheckout/${id}`,
  createdAt: '2026-11-10T12:00:00Z',
  updatedAt: '2026-11-10T12:00:00Z',
  completedAt: null,
  customer: null,
  shippingAddress: { phone: PHONE },
  totalPriceSet: money('1990.0'),
  ...changes,
});
/** What else was typed at the checkout. */
const typed = {
  localizedFields: { nodes: [{ key: 'TAX_CREDENTIAL_CL', value: '12.345.678-5' }] },
  customAttributes: [{ key: 'gift_message', value: 'Para Rosalinda' }],
  billingAddress: { company: 'Rosalinda', address2: 'Quebrada Honda 12' },
};
const none = { nodes: [], pageInfo: { hasNextPage: false } };
const order = (id: number, changes: Record<string, unknown>) => ({
  id: `gid://shopify/Order/${id}`,
  name: `#${id}`,
  createdAt: '2026-11-10T12:00:00Z',
  processedAt: '2026-11-10T12:00:00Z',
  updatedAt: '2026-11-10T12:00:00Z',
  cancelledAt: null,
  test: false,
  edited: false,
  displayFinancialStatus: 'PAID',
  displayFulfillmentStatus: 'FULFILLED',
  sourceName: 'web',
  taxesIncluded: true,
  currencyCode: 'CLP',
  customer: null,
  email: EMAIL,
  phone: PHONE,
  totalPriceSet: money('0.0'),
  currentTotalPriceSet: money('0.0'),
  totalTaxSet: money('0.0'),
  totalTipReceivedSet: money('0.0'),
  totalReceivedSet: money('0.0'),
  totalRefundedSet: money('0.0'),
  lineItems: none,
  shippingLines: none,
  transactions: [],
  transactionsCount: { count: 0 },
  refunds: [],
  ...changes,
});
const partner = (id: number, changes: Record<string, unknown>) => ({
  id,
  is_company: false,
  name: 'Rosalinda',
  street: 'Quebrada Honda 12',
  vat: '12.345.678-5',
  email: EMAIL,
  phone: PHONE,
  city: 'Ñuñoa',
  state_id: [3, 'Metropolitana'],
  commercial_partner_id: [id, 'Rosalinda'],
  create_date: '2026-11-01 10:00:00',
  write_date: '2026-11-01 10:00:00',
  ...changes,
});

test('e-mail, phone, RUT and name of a person are in no table, whatever became of the record', async () => {
  const { tenantId, shop, odoo, rows } = await rig.tenant();
  // Good ones, and ones that are refused with a payload: a bad amount, a bad date.
  const pages = [
    {
      place: shop,
      ...mapOrders(
        [order(1, { customer: buyer, ...typed }), order(2, typed), order(3, { customer: buyer, ...typed, totalPriceSet: money('x') })],
        'tienda',
      ),
    },
    { place: shop, ...mapCheckouts([cart(1, { customer: buyer }), cart(2, {}), cart(3, { customer: buyer, createdAt: 'x' })], true) },
    {
      place: odoo,
      drafts: [mapCustomer(partner(1, {}), new Map())].flatMap((mapped) => ('draft' in mapped ? [mapped.draft] : [])),
      rejects: [mapCustomer(partner(2, { write_date: 7 }), new Map())].flatMap((mapped) => ('reject' in mapped ? [mapped.reject] : [])),
    },
  ];
  let readSeq = 0;
  for (const { place, drafts, rejects } of pages) {
    expect([drafts.length > 0, rejects.length]).toEqual([true, 1]);
    await writeBatch(rig.db, await rig.batch(place, (readSeq += 1), drafts, { rejects }));
  }
  const keys = await rows<{ key: string }>('select email_key as key from public.customers where email_key is not null limit 1');
  await setSharedKey(rig.db, tenantId, 'email', keys[0]!.key, true);

  const tables = await everyTable(rig.instance.adminUrl);
  for (const table of [
    'public.customers',
    'public.abandoned_checkouts',
    'kpi.carts',
    'public.customer_identities',
    'ops.quarantine',
    'raw.records',
  ]) {
    expect(tables.get(table) === '' ? `${table} is empty` : '').toBe('');
  }
  expect(whereFound(tables, PLANTED)).toEqual([]);
});

test('the RUT typed at the checkout is kept as a key, whether it is right, and the end of a person’s', async () => {
  const { shop, rows } = await rig.tenant();
  const rut = (id: number, value: string) => order(id, { localizedFields: { nodes: [{ key: 'TAX_CREDENTIAL_CL', value }] } });
  const ruts = ['12.345.678-5', '76042235-5', '76.953.480-3', '66666666-6'];
  const { drafts } = mapOrders(
    ruts.map((value, i) => rut(i + 1, value)),
    'tienda',
  );
  await writeBatch(rig.db, await rig.batch(shop, 1, drafts));
  const stored = await rows(
    `select c.source_id as id, c.kind, c.rut_display as shown, c.rut_valid as valid, c.rut_key is not null as key, c.rut_generic as generic
     from public.source_orders o join public.customers c on c.id = o.billed_to_id order by 1`,
  );
  expect(stored).toEqual([
    { id: 'tax:1', kind: 'person', shown: '*****678-5', valid: true, key: true, generic: false },
    { id: 'tax:2', kind: 'company', shown: '76042235-5', valid: true, key: true, generic: false },
    { id: 'tax:3', kind: 'company', shown: '*****480-3', valid: false, key: false, generic: null },
    { id: 'tax:4', kind: 'company', shown: '66666666-6', valid: true, key: false, generic: true },
  ]);
});

test('a company reads who is one with whom, but no key to try an e-mail or a RUT against', async () => {
  const { tenantId } = await rig.tenant();
  const { role } = await withDirectSession(rig.instance.adminUrl, (admin) =>
    createReader(admin, { tenantId, roleSecret: rig.instance.roleSecret }),
  );
  const reader = new pg.Client({ connectionString: roleUrl(rig.instance.adminUrl, role, rig.instance.roleSecret) });
  await reader.connect();
  for (const text of ['select identity_id from public.customer_identities', 'select * from kpi.customer_sales', 'select * from kpi.carts'])
    await expect(reader.query(text)).resolves.toBeDefined();
  for (const column of ['identity_key', 'rut_key', 'email_key', 'domain_key', 'phone_key'])
    await expect(reader.query(`select ${column} from public.customers`)).rejects.toMatchObject({ code: '42501' });
  await expect(reader.query('select * from kpi.shared_keys')).rejects.toMatchObject({ code: '42501' });
  await reader.end();
  await withDirectSession(rig.instance.adminUrl, (admin) => dropReader(admin, role));
});
