import { Calendar } from './calendar.ts';
import { bookBranch } from './branch-mirrors.ts';
import type { BranchShop } from './branch-shop.ts';
import { bookMirrors, type Defect, type DefectCounts } from './defects.ts';
import { bookErpOrders } from './erp-orders.ts';
import { ERP_SCENARIOS, GROUP_SCENARIOS, OTHER_SCENARIOS } from './erp-scenarios.ts';
import { stampOf } from './instants.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { OdooMeasures } from './odoo-measures.ts';
import { ODOO_CURRENCIES, OdooBook, taxId } from './odoo-book.ts';
import { ODOO_UNITS, odooCatalogue } from './odoo-catalogue.ts';
import { odooCounter } from './odoo-counter.ts';
import { odooInvoices } from './odoo-invoices.ts';
import { odooPayments } from './odoo-payments.ts';
import { odooPartners, type OdooCompanySketch } from './odoo-partners.ts';
import { odooRates } from './odoo-rates.ts';
import { odooLocations, odooQuants } from './odoo-stock.ts';
import { Random } from './random.ts';
import { hex, type GrownShop } from './shop.ts';

export interface OdooTenantPlan {
  readonly rut: string;
  /** Main company first. */
  readonly companies: readonly OdooCompanySketch[];
  /** Orders written in the ERP itself. */
  readonly orders: number;
}

/** One database that two tenants share: the first mirrors its web shop in it, the second only works in it. */
export function growOdoo(plan: {
  readonly seed: number;
  readonly anchor: string;
  readonly name: string;
  readonly shop: GrownShop;
  /** The first tenant's second shop. */
  readonly branch: BranchShop;
  readonly counts: DefectCounts;
  readonly pendingAges: readonly number[];
  readonly first: OdooTenantPlan;
  readonly second: OdooTenantPlan;
}): { database: OdooDatabase; defects: Defect[] } {
  const { seed, name, shop, first, second } = plan;
  const random = (what: string): Random => new Random(seed, `odoo:${what}`);
  const calendar = new Calendar('America/Santiago', plan.anchor, 140);
  const companies = [...first.companies, ...second.companies];
  const ids = companies.map(({ id }) => id);
  const main = first.companies[0]!.id;
  const other = second.companies[0]!.id;
  const size = Math.max(first.orders, second.orders);
  const partners = odooPartners({
    companies,
    shopCompany: main,
    shoppers: shop.shop.customers,
    customers: Math.max(8, Math.round(size / 6)),
    calendar,
    random: random('partners'),
  });
  const goods = odooCatalogue({
    shop: shop.shop,
    shopCompany: main,
    companies: ids,
    goods: Math.min(300, Math.max(18, Math.round(size / 12))),
    calendar,
    random: random('products'),
  });
  const book = new OdooBook();
  const { counts } = plan;
  const terms = { companyId: main, sisterId: first.companies[1]?.id ?? main, goods, partners, calendar };
  const { mirrored, defects } = bookMirrors({
    seed,
    rut: first.rut,
    web: shop.web,
    counts,
    pendingAges: plan.pendingAges,
    book,
    terms,
    calendar,
  });
  const taken = new Set(shop.shop.orders.map((order) => order.name));
  const abroad = bookBranch(plan.branch.sales, taken, { seed, book, terms, calendar });
  const erp = { seed, goods, partners, calendar, book };
  const firstIds = first.companies.map(({ id }) => id);
  bookErpOrders({
    ...erp,
    name: 'erp first',
    count: first.orders,
    scenarios: { ...ERP_SCENARIOS, ...GROUP_SCENARIOS },
    companies: firstIds,
    stranger: other,
  });
  bookErpOrders({
    ...erp,
    name: 'erp second',
    count: second.orders,
    scenarios: { ...ERP_SCENARIOS, ...OTHER_SCENARIOS },
    companies: [other],
    stranger: main,
  });
  const locations = odooLocations(ids, calendar, random('locations'));
  const secrets = random('secrets');
  const unitOf = new Map(goods.products.map((product) => [product.id, product.unitId]));
  const { orders, orderLines } = book.close(random('order ids'), (id) => unitOf.get(id) ?? ODOO_UNITS.piece.id);
  const counter = odooCounter({
    seed,
    calendar,
    goods,
    partners,
    orders,
    sales: new Map([
      [main, Math.max(14, Math.round(first.orders / 8))],
      [other, Math.max(26, Math.round(second.orders / 3))],
    ]),
  });
  const { books, defects: ofPapers } = odooInvoices({
    seed,
    calendar,
    orders,
    orderLines,
    partners,
    tenants: [firstIds, [other]],
    counter,
    mirrored: [...mirrored, ...abroad.mirrored],
  });
  const { lines: paymentLines, ...paid } = odooPayments({
    seed,
    calendar,
    books: { ...books, orders, orderLines },
    companies: ids,
    web: shop.shop.orders,
  });
  const database: OdooDatabase = {
    name,
    uuid: [8, 4, 4, 4, 12].map((length) => hex(secrets, length)).join('-'),
    version: '19.0',
    users: [
      { id: 2, login: 'admin@example.com', apiKey: hex(secrets, 40), companyIds: ids },
      { id: 7, login: 'kpi.primera@example.com', apiKey: hex(secrets, 40), companyIds: firstIds },
      { id: 8, login: 'kpi.segunda@example.com', apiKey: hex(secrets, 40), companyIds: [other] },
    ],
    companies: companies.map(({ id, name: title, rut }) => ({
      id,
      name: title,
      partnerId: partners.ofCompany.get(id)!.id,
      currencyId: ODOO_CURRENCIES.CLP.id,
      rut,
    })),
    currencies: Object.entries(ODOO_CURRENCIES).map(([code, { id, digits }]) => ({
      id,
      name: code,
      decimalPlaces: digits,
      rounding: digits === 0 ? '1' : '0.01',
      writeDate: stampOf(calendar.anchor - 400 * 86_400_000, 0),
    })),
    currencyRates: odooRates([main, other], calendar, random('rates')),
    measures: measuresOf(ids),
    partners: partners.all,
    products: goods.products,
    locations,
    quants: odooQuants({
      products: goods.products,
      locations,
      companies: ids,
      consignorId: partners.consignor.id,
      ownPartnerOf: (companyId) => partners.ofCompany.get(companyId)!.id,
      calendar,
      random: random('quants'),
    }),
    orders,
    orderLines,
    invoices: books.invoices,
    invoiceLines: [...books.invoiceLines, ...paymentLines],
    ...paid,
    ...counter,
  };
  const ofBranch = abroad.defects.map(({ entry, ...defect }) => ({ ...defect, odooOrderId: entry.id }));
  return { database, defects: [...defects(), ...[...ofBranch, ...ofPapers].map((defect) => ({ ...defect, rut: first.rut }))] };
}

function measuresOf(companies: readonly number[]): OdooMeasures {
  return {
    taxes: companies.flatMap((companyId) => [
      { id: taxId('iva', companyId), name: 'IVA 19% Venta', companyId, percent: '19', siiCode: 14 },
      { id: taxId('ila', companyId), name: 'Vinos, 20,5%', companyId, percent: '20.5', siiCode: 25 },
      { id: taxId('exempt', companyId), name: 'Exento', companyId, percent: '0', siiCode: 0 },
    ]),
    units: Object.values(ODOO_UNITS),
    teams: [
      { id: 1, name: 'Ventas' },
      { id: 2, name: 'Sitio web' },
      { id: 3, name: 'Exportaciones' },
    ],
  };
}
