import { SourceError, type Notice } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import { readCompanies, readCompanyPartners, readCurrencies } from './companies.ts';
import { readLoyalty } from './loyalty.ts';
import type { LineProduct } from './mapping/order-line.ts';
import type { InvoiceFacts, Reference, SaleLine } from './mapping/read-invoice.ts';
import { saleOf } from './mapping/read-invoice.ts';
import { parseRut } from './mapping/rut.ts';
import { char, flag, many2many, many2one, maybe, recordId } from './raw-values.ts';
import { readTeams } from './sale-facts.ts';
import type { OdooSettings } from './settings.ts';
import { readTaxes } from './taxes.ts';
import { readUnits } from './units.ts';

/** What is known once per walk, and what each page adds. */
export interface LearningFacts extends InvoiceFacts {
  readonly products: Map<number, LineProduct>;
  readonly saleOrders: Map<number, number>;
  readonly saleLines: Map<number, SaleLine>;
  readonly origins: Map<number, string | null>;
  readonly references: Map<number, Reference>;
  readonly companyRuts: Map<number, string>;
  readonly notices: readonly Notice[];
}

const rawType = z.object({ id: recordId, code: maybe(char) });
const rawSaleLine = z.object({
  id: recordId,
  order_id: maybe(many2one),
  is_delivery: maybe(flag),
  is_downpayment: maybe(flag),
  is_reward_line: maybe(flag),
  reward_id: maybe(many2one),
  // Renamed in 19.
  product_uom: maybe(many2one),
  product_uom_id: maybe(many2one),
});
const rawOriginLine = z.object({ move_id: maybe(many2one), sale_line_ids: maybe(many2many) });
const rawOrigin = z.object({ id: recordId, move_type: maybe(char), pos_order_ids: maybe(many2many) });
const rawPartner = z.object({ id: recordId, vat: maybe(char) });
const rawReference = z.object({
  move_id: maybe(many2one),
  l10n_cl_reference_doc_type_id: maybe(many2one),
  origin_doc_number: maybe(char),
  reference_doc_code: maybe(char),
});

/** @throws SourceError */
export async function readInvoiceFacts(client: OdooClient, settings: OdooSettings): Promise<LearningFacts> {
  const companies = await readCompanies(client, settings.company_id);
  const types = await rows(client, 'l10n_latam.document.type', [], rawType);
  const { taxes, notices } = await readTaxes(client);
  const { loyalty } = await readLoyalty(client);
  return {
    currencies: await readCurrencies(client),
    companyCurrency: new Map(companies.map((company) => [company.id, company.currencyId])),
    companyPartners: await readCompanyPartners(client, companies),
    documentTypes: new Map(types.flatMap(({ id, code }) => (code === null ? [] : [[id, code] as const]))),
    taxes,
    loyalty,
    tips: new Set(settings.tip_codes.map((code) => code.toUpperCase())),
    teams: await readTeams(client),
    units: await readUnits(client),
    products: new Map(),
    saleOrders: new Map(),
    saleLines: new Map(),
    origins: new Map(),
    references: new Map(),
    companyRuts: new Map(),
    notices,
  };
}

const pageLine = z.object({ sale_line_ids: maybe(many2many) });
const pageInvoice = z.object({ id: recordId, move_type: maybe(char), partner_id: maybe(many2one), reversed_entry_id: maybe(many2one) });

/** Reads what the documents of a page refer to and is not known yet. @throws SourceError */
export async function learnReferences(
  client: OdooClient,
  records: readonly unknown[],
  lines: readonly unknown[],
  facts: LearningFacts,
): Promise<void> {
  const invoices = parsedBy(pageInvoice, records);
  const reversed = unknown(
    invoices.filter((invoice) => invoice.move_type === 'out_refund').map((invoice) => invoice.reversed_entry_id),
    facts.origins,
  );
  const originLines = await rows(client, 'account.move.line', [['move_id', 'in', reversed]], rawOriginLine, reversed.length);
  const named = [...parsedBy(pageLine, lines), ...originLines].flatMap((line) => line.sale_line_ids ?? []);
  const saleLines = unknown(named, facts.saleOrders);
  for (const line of await rows(client, 'sale.order.line', [['id', 'in', saleLines]], rawSaleLine, saleLines.length)) {
    const { id, order_id: order, product_uom: unit, product_uom_id: unitFrom19, ...said } = line;
    facts.saleLines.set(id, { ...said, unit: unitFrom19 ?? unit });
    if (order !== null) facts.saleOrders.set(id, order);
  }
  await learnOrigins(client, reversed, originLines, facts);
  await learnRuts(
    client,
    unknown(
      invoices.map((invoice) => invoice.partner_id),
      facts.companyRuts,
    ),
    facts,
  );
  await learnCitations(
    client,
    invoices.map((invoice) => invoice.id),
    facts,
  );
}

async function learnOrigins(
  client: OdooClient,
  reversed: readonly number[],
  lines: readonly z.output<typeof rawOriginLine>[],
  facts: LearningFacts,
): Promise<void> {
  for (const origin of await rows(client, 'account.move', [['id', 'in', reversed]], rawOrigin, reversed.length)) {
    const own = lines.filter((line) => line.move_id === origin.id).flatMap((line) => line.sale_line_ids ?? []);
    const orders = [...new Set(own.flatMap((id) => facts.saleOrders.get(id) ?? []))];
    const atCounter = (origin.pos_order_ids ?? []).length > 0;
    const alone = orders.length === 0 && !atCounter && origin.move_type === 'out_invoice';
    facts.origins.set(origin.id, orders.length === 1 ? String(orders[0]) : alone ? saleOf(origin.id) : null);
  }
}

/** A person's tax id is never kept, not even here. */
async function learnRuts(client: OdooClient, partners: readonly number[], facts: LearningFacts): Promise<void> {
  for (const { id, vat } of await rows(client, 'res.partner', [['id', 'in', partners]], rawPartner, partners.length)) {
    const rut = vat === null ? null : parseRut(vat);
    if (rut?.valid === true && rut.body >= 50_000_000) facts.companyRuts.set(id, `${rut.body}-${rut.digit}`);
  }
}

/** Which document a document cites, where the app for electronic documents is installed. */
async function learnCitations(client: OdooClient, ids: readonly number[], facts: LearningFacts): Promise<void> {
  const model = 'l10n_cl.account.invoice.reference';
  for (const cited of await rows(client, model, [['move_id', 'in', ids]], rawReference, ids.length)) {
    if (cited.move_id === null) continue;
    const type = cited.l10n_cl_reference_doc_type_id;
    facts.references.set(cited.move_id, {
      type: type === null ? null : (facts.documentTypes.get(type) ?? null),
      folio: cited.origin_doc_number?.trim().slice(0, 20) ?? null,
      reason: cited.reference_doc_code,
    });
  }
}

const unknown = (ids: readonly (number | null)[], known: ReadonlyMap<number, unknown>) =>
  [...new Set(ids)].filter((id) => id !== null).filter((id) => !known.has(id));

function parsedBy<T>(schema: z.ZodType<T>, records: readonly unknown[]): T[] {
  return records.map((record) => schema.safeParse(record)).flatMap((record) => (record.success ? [record.data] : []));
}

/** Records of a model that may be missing or forbidden: then there are none. Nothing is asked when nothing is wanted. */
async function rows<T>(
  client: OdooClient,
  model: string,
  domain: Parameters<OdooClient['count']>[1],
  schema: z.ZodObject & z.ZodType<T>,
  wanted = 1,
): Promise<readonly T[]> {
  if (wanted === 0) return [];
  const known = await client.fields(model);
  if (known === null) return [];
  const fields = ['id', ...Object.keys(schema.shape)].filter((field, i, all) => known.has(field) && all.indexOf(field) === i);
  try {
    return parsedBy(schema, await client.searchRead(model, { domain, fields }));
  } catch (error) {
    if (error instanceof SourceError && error.code === 'forbidden') return [];
    throw error;
  }
}
