import { decimal, portion, type Decimal } from './decimal.ts';
import { total, type DocumentRefund } from './document.ts';
import { localNoon } from './local-day.ts';
import type { WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { OdooInvoice, OdooInvoiceLine } from './odoo-account-model.ts';
import { companiesOf } from './reporting.ts';

/** One line of an issued document, with the sale it belongs to. */
export interface IssuedLine {
  readonly line: OdooInvoiceLine;
  readonly order: string | null;
  readonly amount: Decimal;
  readonly tax: Decimal;
}

export interface IssuedDocument {
  readonly invoice: OdooInvoice;
  readonly posted: boolean;
  readonly credit: boolean;
  readonly currency: string;
  readonly intercompany: boolean;
  readonly lines: readonly IssuedLine[];
  /** All its lines, those of taxes among them. */
  readonly booked: readonly OdooInvoiceLine[];
}

/** Every invoice and credit note of one tenant's companies, each line with its sale. */
export function issuedDocuments(database: OdooDatabase, tenant: WorldTenant): IssuedDocument[] {
  const companies = companiesOf(tenant);
  const linesOf = Map.groupBy(database.invoiceLines, (line) => line.moveId);
  const orderOf = new Map(database.orderLines.map((line) => [line.id, String(line.orderId)]));
  const byId = new Map(database.invoices.map((invoice) => [invoice.id, invoice]));
  const codes = new Map(database.currencies.map(({ id, name }) => [id, name === 'UF' ? 'CLF' : name]));
  const own = new Set(database.companies.filter(({ id }) => companies.includes(id)).map(({ partnerId }) => partnerId));
  const related = new Set(database.partners.filter((partner) => own.has(partner.commercialPartnerId)).map((partner) => partner.id));
  const linked = (invoice: OdooInvoice): Set<string> =>
    new Set((linesOf.get(invoice.id) ?? []).flatMap((line) => line.saleLineIds.map((id) => orderOf.get(id)!)));
  /** Where a document's lines belong that name no order themselves. */
  const home = (invoice: OdooInvoice): string | null => {
    const orders = linked(invoice);
    if (orders.size > 0) return orders.size === 1 ? [...orders][0]! : null;
    if (invoice.posOrderId !== null) return `pos:${invoice.posOrderId}`;
    if (invoice.moveType === 'out_invoice') return invoice.state === 'posted' ? `invoice:${invoice.id}` : null;
    const reversed = invoice.reversedEntryId === null ? undefined : byId.get(invoice.reversedEntryId);
    if (reversed === undefined) return null;
    const before = linked(reversed);
    return before.size === 0 ? `invoice:${reversed.id}` : before.size === 1 ? [...before][0]! : null;
  };
  return database.invoices
    .filter((invoice) => companies.includes(invoice.companyId) && invoice.moveType !== 'in_invoice')
    .map((invoice) => {
      const booked = linesOf.get(invoice.id) ?? [];
      return {
        invoice,
        posted: invoice.state === 'posted',
        credit: invoice.moveType === 'out_refund',
        currency: codes.get(invoice.currencyId)!,
        intercompany: related.has(invoice.partnerId),
        booked,
        lines: booked
          .filter(({ displayType }) => displayType === 'product')
          .map((line) => ({
            line,
            order: line.saleLineIds.length > 0 ? orderOf.get(line.saleLineIds[0]!)! : home(invoice),
            amount: decimal(line.priceTotal),
            tax: decimal(line.priceTotal) - decimal(line.priceSubtotal),
          })),
      };
    });
}

/** What stands invoiced of one sale. */
export interface Standing {
  readonly posted: number;
  /** Invoices less credit notes, in the documents' currency. */
  readonly net: Decimal;
  /** The same in pesos, as the books have it. */
  readonly pesos: Decimal;
  readonly refunds: readonly (DocumentRefund & { readonly order: string | null })[];
}

const NOTHING: Standing = { posted: 0, net: 0n, pesos: 0n, refunds: [] };

/** What stands invoiced of a sale, by its source id; of `null`, what was credited without any. */
export function standings(documents: readonly IssuedDocument[], timeZone: string): (order: string | null) => Standing {
  const noon = localNoon(timeZone);
  const byOrder = Map.groupBy(
    documents
      .filter(({ posted }) => posted)
      .flatMap((document) =>
        [...Map.groupBy(document.lines, ({ order }) => order)].map(([order, lines]) => ({ ...document, order, share: lines })),
      ),
    ({ order }) => order,
  );
  return (order) => {
    const own = byOrder.get(order);
    if (own === undefined) return NOTHING;
    const sum = (lines: readonly IssuedLine[]) => total(lines, ({ amount }) => amount);
    const signed = (of: (one: NonNullable<typeof own>[number]) => Decimal) => total(own, (one) => (one.credit ? -of(one) : of(one)));
    return {
      posted: own.length,
      net: signed(({ share }) => sum(share)),
      pesos: signed(({ share, currency, invoice }) =>
        currency === 'CLP' ? sum(share) : portion(sum(share), inBooks(invoice), decimal(invoice.amountTotal), 0),
      ),
      refunds: own
        .filter(({ credit, invoice, intercompany }) => credit && invoice.referenceCode !== '2' && !(order === null && intercompany))
        .map(({ invoice, share }) => ({
          id: String(invoice.id),
          order,
          time: noon(invoice.invoiceDate!),
          on: invoice.invoiceDate!,
          invoiceId: String(invoice.id),
          amount: sum(share),
          tax: total(share, ({ tax }) => tax),
          paidBack: null,
          // Another document says the same sale again, for as much: this one took nothing back.
          replaced: own.some(
            (other) =>
              !other.credit &&
              other.invoice.id !== invoice.reversedEntryId &&
              other.invoice.invoiceDate! >= invoice.invoiceDate! &&
              sum(other.share) === sum(share),
          ),
          lines: share
            .filter(({ line }) => line.saleLineIds.length > 0)
            .map(({ line, amount, tax }) => ({
              id: String(line.id),
              lineId: String(line.saleLineIds[0]),
              quantity: decimal(String(line.quantity)),
              amount,
              tax,
            })),
        })),
    };
  };
}

/** What the company's books hold of a document, in its own currency. */
export function inBooks(invoice: OdooInvoice): Decimal {
  const signed = decimal(invoice.amountTotalSigned);
  return signed < 0n ? -signed : signed;
}
