import { SourceError, type CheckFinding, type CheckReport, type ReadContext } from '#contract';
import { z } from 'zod';
import { accountKey } from './account.ts';
import { openClient, type OdooClient } from './client.ts';
import { char, maybe } from './raw-values.ts';
import type { OdooSettings } from './settings.ts';

const warn = (code: string, message: string, advice: string): CheckFinding => ({ level: 'warning', code, message, advice });
const fail = (code: string, message: string, advice: string): CheckFinding => ({ level: 'error', code, message, advice });

const GRANT = 'Give the integration user the groups named in the README of the connector.';

/** Model → what is missing in the warehouse without it, and whether nothing works without it. */
const MODELS: readonly (readonly [model: string, level: 'error' | 'warning', without: string])[] = [
  ['sale.order', 'error', 'orders'],
  ['sale.order.line', 'error', 'the lines of orders'],
  ['product.product', 'error', 'products'],
  ['res.partner', 'error', 'customers'],
  ['account.move', 'warning', 'invoices and credit notes: no refunds, no order is refunded, sales invoiced without an order are left out'],
  ['account.payment', 'warning', 'payments: what the gateways paid cannot be compared with the books'],
  ['account.partial.reconcile', 'warning', 'which document a payment pays'],
  ['pos.order', 'warning', 'sales at the counter'],
  ['res.currency.rate', 'warning', 'exchange rates: sales in other currencies and UF stay without value'],
  ['account.tax', 'warning', 'IVA apart from other taxes'],
  ['uom.uom', 'warning', 'units of lines that are sold in another unit than their product'],
  ['stock.location', 'warning', 'places of stock'],
  ['stock.quant', 'warning', 'stock'],
];

/**
 * Logs in and says what will be missing. Throws only when nothing can be said: no Odoo at the address, wrong key or database.
 * @throws SourceError
 */
export async function check(context: ReadContext<OdooSettings>): Promise<CheckReport> {
  const { settings } = context;
  const client = await openClient(context);
  const uid = await client.uid();
  const companies = await companyFindings(client, uid, settings.company_id);
  // Every other call names the companies, and is refused as a whole when one of them is foreign.
  const findings = companies.length > 0 ? companies : [...(await readingFindings(client, settings)), ...(await keyFindings(client, uid))];
  const uuid = await databaseUuid(client);
  if (uuid === null) {
    findings.push(
      warn(
        'database_uuid_unreadable',
        'the id of the database cannot be read; address and database name stand in for it',
        'Nothing to do, unless the address of this Odoo changes: then connect it as a new one.',
      ),
    );
  }
  return { account: accountKey(settings, uuid === null ? {} : { database_uuid: uuid }), version: client.server.version, findings };
}

const withCompanies = z.array(z.object({ company_ids: z.array(z.int()) })).length(1);

async function companyFindings(client: OdooClient, uid: number, wanted: readonly number[]): Promise<CheckFinding[]> {
  const said = await client.call('res.users', 'read', { fields: ['company_ids'], load: null, context: {} }, [uid]);
  const parsed = withCompanies.safeParse(said);
  if (!parsed.success) return [];
  const allowed = parsed.data[0]?.company_ids ?? [];
  const foreign = wanted.filter((id) => !allowed.includes(id));
  return foreign.map((id) =>
    fail(
      'company_forbidden',
      `company ${id} is not among the companies of the user (${allowed.join(', ')})`,
      'Add it in Odoo to the allowed companies of the integration user, or correct company_id: kpi connect odoo',
    ),
  );
}

async function readingFindings(client: OdooClient, settings: OdooSettings): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const [model, level, without] of MODELS) {
    const state = await access(client, model);
    if (state === 'missing' && !OPTIONAL.has(model))
      findings.push({
        level,
        code: 'model_missing',
        message: `${model} does not exist: no ${without}`,
        advice: 'Install its Odoo app, if the company uses it.',
      });
    if (state === 'denied') findings.push({ level, code: 'forbidden', message: `${model} may not be read: no ${without}`, advice: GRANT });
  }
  return [...findings, ...(await fieldFindings(client, settings)), ...(await ownDocumentsFinding(client, settings))];
}

/** Apps that many companies do not have: their absence needs no word, but that they may not be read does. */
const OPTIONAL = new Set(['pos.order']);

/** `has_access` came with Odoo 18; `check_access_rights` went later. */
async function access(client: OdooClient, model: string): Promise<'granted' | 'denied' | 'missing'> {
  if ((await client.fields(model)) === null) return 'missing';
  const newer = client.server.major >= 18;
  const said = newer
    ? await client.call(model, 'has_access', { operation: 'read' }, [])
    : await client.call(model, 'check_access_rights', { operation: 'read', raise_exception: false });
  return said === false ? 'denied' : 'granted';
}

async function fieldFindings(client: OdooClient, settings: OdooSettings): Promise<CheckFinding[]> {
  const order = await client.fields('sale.order');
  if (order === null) return [];
  const findings: CheckFinding[] = [];
  if (!order.has('delivery_status')) {
    findings.push(
      warn(
        'delivery_unknown',
        'sale.order.delivery_status cannot be read: orders complete once invoiced',
        'Install Sales with Inventory, or accept it.',
      ),
    );
  }
  for (const name of ['shop_order_id_field', 'shop_store_field'] as const) {
    const own = settings[name];
    if (own !== undefined && !order.has(own))
      findings.push(fail('shop_field_missing', `sale.order has no readable field ${own}`, `Correct ${name}: kpi connect odoo`));
  }
  return findings;
}

/** A rule "own documents only" hides orders without an error: products are there, orders are not. */
async function ownDocumentsFinding(client: OdooClient, settings: OdooSettings): Promise<CheckFinding[]> {
  try {
    const orders = await client.count('sale.order', [['company_id', 'in', settings.company_id]]);
    if (orders > 0 || (await client.count('product.product', [])) === 0) return [];
  } catch (error) {
    // Without the right at all, that has been said above.
    if (error instanceof SourceError && error.kind === 'config') return [];
    throw error;
  }
  return [
    warn(
      'no_orders_visible',
      'there are products, but not one order: the user may be limited to its own documents',
      'Give the integration user the group Sales / User: All Documents. If the company has no orders yet, ignore this.',
    ),
  ];
}

const keys = z.array(z.object({ expiration_date: maybe(char) }));
const WARN_DAYS = 14;

/** Keys expire since Odoo 18 (90 days by default). Which of the user's keys is this one cannot be known: the first to expire is named. */
async function keyFindings(client: OdooClient, uid: number): Promise<CheckFinding[]> {
  try {
    const readable = await client.fields('res.users.apikeys');
    if (readable?.has('expiration_date') !== true) return [];
    const said = await client.searchRead('res.users.apikeys', { domain: [['user_id', '=', uid]], fields: ['expiration_date'] });
    const dates = keys.parse(said).flatMap((key) => (key.expiration_date === null ? [] : [key.expiration_date.slice(0, 10)]));
    const next = dates.toSorted()[0];
    const limit = new Date(Date.parse(client.server.date) + WARN_DAYS * 86_400_000).toISOString().slice(0, 10);
    if (next === undefined || next > limit) return [];
    return [
      warn('key_expires', `an API key of the user expires on ${next}`, 'Create a new one before that day and store it: kpi connect odoo'),
    ];
  } catch (error) {
    if (error instanceof SourceError && error.kind !== 'config') throw error;
    return [];
  }
}

const uuidText = z.string().min(8).max(100);

/** Only administrators may read parameters: a refusal is the ordinary case. */
async function databaseUuid(client: OdooClient): Promise<string | null> {
  try {
    const said = uuidText.safeParse(await client.call('ir.config_parameter', 'get_param', { key: 'database.uuid', context: {} }));
    return said.success ? said.data : null;
  } catch (error) {
    if (error instanceof SourceError && error.kind !== 'transient') return null;
    throw error;
  }
}
