import { SourceError, type DayTotal, type DayTotals, type ReadContext, type TotalledDays } from '#contract';
import { z } from 'zod';
import { absolute, amountOf, roundTo, textOf, type Amount } from './amount.ts';
import { openClient, type Domain } from './client.ts';
import { readCurrencies } from './companies.ts';
import type { ListedModel } from './list-records.ts';
import { many2one } from './raw-values.ts';
import type { OdooSettings } from './settings.ts';
import { naive } from './window.ts';

const HALF_DAY_MS = 12 * 3_600_000;
const bounds = z.object({ from: z.string(), to: z.string() });

/**
 * Counts, and where `amount` names a field its sums by currency, of each local day: one `read_group`, in which Odoo cuts days by the zone in
 * the context. There since long, and still in 19. @throws SourceError
 */
export async function dayTotals(
  context: ReadContext<OdooSettings>,
  { model, domain, businessField, businessDays }: ListedModel,
  days: TotalledDays,
  amount: string | null,
): Promise<DayTotals> {
  const client = await openClient(context);
  if ((await client.fields(model)) === null) return { days: [], firstDay: null };
  const inside: Domain = businessDays
    ? [[businessField, '>=', days.first] as const, [businessField, '<=', days.last] as const]
    : [[businessField, '>=', naive(days.from)] as const, [businessField, '<', naive(days.until)] as const];
  const group = `${businessField}:day`;
  const { company_id, lang } = context.settings;
  const said = await client.call(model, 'read_group', {
    domain: [...domain, ...inside],
    // An empty list would mean every field that can be added up.
    fields: [amount === null ? '__count' : `${amount}:sum`],
    groupby: amount === null ? [group] : [group, 'currency_id'],
    lazy: false,
    context: { active_test: false, lang, tz: days.timeZone, allowed_company_ids: company_id },
  });
  const rows = z.array(
    z.looseObject({
      __count: z.int().min(0),
      __range: z.record(z.string(), z.union([bounds, z.literal(false)])),
      currency_id: many2one.optional(),
    }),
  );
  const parsed = rows.safeParse(said);
  if (!parsed.success) throw unexpected(model);
  const currencies = amount === null ? null : await readCurrencies(client);
  const totals = new Map<string, { count: number; amounts: Map<string, Amount> }>();
  for (const row of parsed.data) {
    const range = row['__range'][group];
    if (range === undefined || range === false) throw unexpected(model);
    const day = businessDays ? range.from.slice(0, 10) : dayOf(range.from, days.timeZone);
    const total = totals.get(day) ?? { count: 0, amounts: new Map<string, Amount>() };
    total.count += row['__count'];
    totals.set(day, total);
    if (amount === null || currencies === null) continue;
    const currency = row.currency_id == null ? undefined : currencies.get(row.currency_id);
    const sum = row[amount];
    if (currency === undefined || typeof sum !== 'number') throw unexpected(model);
    // Odoo adds exact numbers and shows the sum as a float.
    const rounded = roundTo(amountOf(sum), currency.places);
    total.amounts.set(currency.code, (total.amounts.get(currency.code) ?? 0n) + rounded);
  }
  return {
    days: [...totals].map(([day, total]) => ({ day, count: total.count, amounts: amount === null ? null : textsOf(total.amounts) })),
    firstDay: null,
  };
}

/** Nothing is as good as no currency at all. */
function textsOf(amounts: ReadonlyMap<string, Amount>): DayTotal['amounts'] {
  return Object.fromEntries([...amounts].filter(([, sum]) => absolute(sum) !== 0n).map(([code, sum]) => [code, textOf(sum)]));
}

/** The local day that begins at this instant, give or take the hour by which clocks change: that of its noon. */
function dayOf(from: string, timeZone: string): string {
  const noon = Date.parse(`${from.replace(' ', 'T')}Z`) + HALF_DAY_MS;
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(noon);
}

function unexpected(model: string): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'unexpected_answer',
    message: `odoo ${model}/read_group: answered JSON of an unexpected shape`,
    advice: 'Report this with the version of Odoo that kpi check shows.',
  });
}
