import type { Calendar } from './calendar.ts';
import { deal } from './deal.ts';
import { erpLines } from './erp-lines.ts';
import type { ErpScenario } from './erp-scenarios.ts';
import type { OdooPartner } from './odoo-model.ts';
import type { OdooBook } from './odoo-book.ts';
import type { OdooGoods } from './odoo-catalogue.ts';
import type { OdooPartners } from './odoo-partners.ts';
import { orderTimes } from './order-times.ts';
import { Random } from './random.ts';

export interface ErpPlan {
  readonly seed: number;
  /** Name of the tenant in the seed's streams. */
  readonly name: string;
  readonly count: number;
  readonly scenarios: Readonly<Record<string, ErpScenario> & { completed: ErpScenario }>;
  /** The tenant's companies, the main one first; the others write one order in eight. */
  readonly companies: readonly number[];
  /** A company of the database that belongs to another tenant. */
  readonly stranger: number;
  readonly goods: OdooGoods;
  readonly partners: OdooPartners;
  readonly calendar: Calendar;
  readonly book: OdooBook;
}

/** Writes the sales a tenant makes in the ERP itself: to businesses, on its website, to sister companies; quotations too. */
export function bookErpOrders(plan: ErpPlan): void {
  const { seed, name, count, calendar } = plan;
  const random = (what: string): Random => new Random(seed, `${name}:${what}`);
  const scenarios = deal(sharesOf(plan.scenarios), 'completed', count, random('erp scenarios'));
  const ages = random('erp recent');
  const recent = Array.from({ length: Math.min(3, Math.floor(count / 3)) }, () => ages.int(6 * 60, 70 * 60) / 60);
  const times = orderTimes(calendar, count, recent, random('erp times'));
  for (const [index, time] of times.entries()) {
    bookOne(plan, plan.scenarios[scenarios[index]!], index, time, random(`erp order ${index}`));
  }
}

function sharesOf(scenarios: ErpPlan['scenarios']): Record<string, number> & { completed: number } {
  const shares = Object.fromEntries(Object.entries(scenarios).map(([label, { share }]) => [label, share]));
  return { ...shares, completed: 0 };
}

function bookOne(plan: ErpPlan, story: ErpScenario, index: number, time: number, random: Random): void {
  const { calendar, companies, partners, goods } = plan;
  const mine = companies[0]!;
  const sister = companies[1];
  const aside = random.chance(0.12) && story.customer === undefined && story.currency === undefined;
  const companyId = aside ? (sister ?? mine) : mine;
  const late = calendar.at(1 + Math.floor((1 - index / plan.count) * 110), 23 * 60 + 30);
  const date = story.late === true ? late : time;
  const created = Math.max(date - random.int(0, 6 * 1440) * 60_000, calendar.anchor - 130 * 86_400_000);
  const state = story.state === 'draft or sent' ? random.pick(['draft', 'sent'] as const) : story.state;
  const own = random.pick(goods.byCompany.get(companyId)!);
  const customer = customerOf(story, companyId, sister, plan.stranger, partners, random);
  plan.book.add({
    rank: index / plan.count,
    name: null,
    state,
    locked: story.locked === true || (state === 'sale' && random.chance(0.3)),
    partnerId: customer.id,
    companyId,
    currency: story.currency ?? 'CLP',
    date,
    created,
    written: calendar.after(date, random.int(1, 5 * 1440)),
    microseconds: random.int(0, 990_000),
    clientOrderRef: random.chance(0.3) ? `OC ${random.int(1000, 99_999)}` : null,
    origin: random.chance(0.1) ? `S${String(random.int(1, 20)).padStart(5, '0')}` : null,
    websiteId: story.website === true ? 1 : null,
    invoiceStatus: story.invoice,
    deliveryStatus: story.delivery,
    lines: erpLines(story, goods, goods.byCompany.get(companyId) ?? [own], random),
  });
}

function customerOf(
  story: ErpScenario,
  companyId: number,
  sister: number | undefined,
  stranger: number,
  partners: OdooPartners,
  random: Random,
): OdooPartner {
  const usual = random.pick(partners.customersOf.get(companyId)!);
  switch (story.customer) {
    case 'sister company':
      return partners.ofCompany.get(sister ?? stranger) ?? usual;
    case 'branch of the sister company':
      return partners.branchOf.get(sister ?? stranger) ?? usual;
    case 'other tenant':
      return partners.ofCompany.get(stranger) ?? usual;
    default:
      return usual;
  }
}
