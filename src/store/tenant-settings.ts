import { z } from 'zod';
import { audit, type Author } from './audit.ts';
import { CURRENCY_DECIMALS } from './currencies.ts';
import type { Database, Query } from './database.ts';
import { DERIVATIONS } from './derivations.ts';
import { lockFamilies } from './family-lock.ts';
import { addRecomputation, countWork } from './recomputations.ts';
import { isDay } from './local-instant.ts';
import { RECONCILIATION_SETTINGS } from './reconciliation-settings.ts';
import { sqlFile } from './sql-file.ts';
import type { TenantSetting } from './tenant-setting.ts';

const minutes = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number of minutes')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least one minute').max(525_600, 'must be at most a year of minutes'));
const CHANNELS = ['WhatsApp', 'Email', 'Web', 'Other'] as const;
/** `WhatsApp=30,Email=240` → `{WhatsApp: 30, Email: 240}`; nothing: no channel differs. */
const minutesByChannel = z.string().transform((text, context) => {
  const byChannel: Record<string, number> = {};
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [channel = '', value = ''] = part.split(/[=:]/).map((one) => one.trim());
    const parsed = minutes.safeParse(value);
    if (!CHANNELS.some((known) => known === channel) || !parsed.success) {
      context.addIssue({ code: 'custom', message: `"${part.trim()}" is not one of ${CHANNELS.join(', ')} with a number of minutes` });
      return z.NEVER;
    }
    byChannel[channel] = parsed.data;
  }
  return byChannel;
});
const promises = ['public.sla_results'] as const;
const yesOrNo = z.enum(['yes', 'no'], 'must be yes or no').transform((word) => word === 'yes');
const STATUS = ['public.source_orders', 'public.refunds'] as const;
/** Who speaks, and which refunds count and how far; what is added up of them follows with each. */
const VOICES = ['public.source_orders.speaks', 'public.refunds'] as const;
const UNMET_BASIS = sqlFile('unmet-sales-basis');
const words = z.string().trim().min(1, 'must not be empty').max(100, 'must be short');
/** A whole number above zero, or `none`. */
const countOrNone = z
  .string()
  .trim()
  .regex(/^(none|[1-9]\d{0,8})$/, 'is not a whole number above zero, nor "none"')
  .transform((typed) => (typed === 'none' ? null : Number(typed)));

const tablesOf = (wanted: (derivation: (typeof DERIVATIONS)[number]) => boolean) => [
  ...new Set(DERIVATIONS.filter(wanted).map(({ table }) => table)),
];
const EVERY_TABLE = tablesOf(() => true);
const SALES_TABLES = tablesOf(({ family }) => family === 'sales');

/** Every setting that `kpi tenant set` knows, by the name it is typed with. */
export const TENANT_SETTINGS = {
  name: { column: 'company_name', schema: z.string().trim().min(1, 'must not be empty'), describe: 'company name', recompute: [] },
  cart_hours: {
    column: 'cart_hours',
    schema: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,2})?$/, 'must be a number of hours, like 1 or 0.5')
      .refine((hours) => Number(hours) > 0 && Number(hours) <= 168, 'must be more than 0 and at most 168'),
    describe: 'hours without an order after which a cart is abandoned; default 1',
    recompute: [],
  },
  channel_names: {
    column: 'channel_names',
    schema: z.string().transform(channelNames),
    describe: "own names of sales channels, e.g. 'pos=Tienda Centro,580111=Mercado Libre'; empty: the source's own",
    recompute: [],
  },
  sla_first_response_minutes: {
    column: 'sla_first_response_minutes',
    schema: minutes,
    describe: 'time to a first response, in business minutes of the inbox (60)',
    recompute: promises,
  },
  sla_resolution_minutes: {
    column: 'sla_resolution_minutes',
    schema: minutes,
    describe: 'time to a resolution, in business minutes of the inbox (1440)',
    recompute: promises,
  },
  sla_first_response_by_channel: {
    column: 'sla_first_response_by_channel',
    schema: minutesByChannel,
    describe: 'channels with another time to a first response, e.g. WhatsApp:30,Email:240 (none)',
    recompute: promises,
  },
  sla_resolution_by_channel: {
    column: 'sla_resolution_by_channel',
    schema: minutesByChannel,
    describe: 'channels with another time to a resolution, e.g. Email:2880 (none)',
    recompute: promises,
  },
  time_zone: {
    column: 'time_zone',
    schema: z.string().refine(isTimeZone, 'there is no such time zone; for example: America/Santiago'),
    describe: 'IANA time zone that decides the local day of everything',
    recompute: EVERY_TABLE,
  },
  currency: {
    column: 'currency',
    schema: z.string().refine((code) => code in CURRENCY_DECIMALS, `is not known; known are ${Object.keys(CURRENCY_DECIMALS).join(', ')}`),
    describe: 'currency of its reports; documents in others need rates into it',
    recompute: SALES_TABLES,
    along: (code) => ({ currency_decimals: CURRENCY_DECIMALS[code] }),
  },
  speaking_source: {
    column: 'speaking_source',
    schema: z.enum(['shopify', 'odoo']),
    describe: 'whose document speaks for a sale that is in both: shopify (default) or odoo',
    recompute: SALES_TABLES,
  },
  sales_basis: {
    column: 'sales_basis',
    schema: z.enum(['orders', 'invoices']),
    describe:
      'which document of Odoo is the sale: orders (default), or invoices, each posted one on its date; orders of the counter are both',
    recompute: VOICES,
    unmet: UNMET_BASIS,
  },
  invoices_elsewhere: {
    column: 'invoices_elsewhere',
    schema: yesOrNo,
    describe: 'whether documents are issued outside Odoo, so that a delivered order is complete; yes or no, default no',
    recompute: STATUS,
    unmet: UNMET_BASIS,
  },
  locked_means_completed: {
    column: 'locked_means_completed',
    schema: yesOrNo,
    describe: 'whether an order locked in Odoo is complete; yes or no, default no',
    recompute: STATUS,
  },
  low_stock_threshold: {
    column: 'low_stock_threshold',
    schema: z
      .string()
      .trim()
      .regex(/^\d{1,9}(\.\d{1,3})?$/, 'is not a number of units'),
    describe: 'a product with fewer available units, over all selling places, is low; default 5',
    recompute: [],
  },
  stock_source: {
    column: 'stock_source',
    schema: z.enum(['auto', 'odoo', 'shopify']),
    describe: 'whose stock counts: odoo, shopify, or auto (Odoo where it has own stock, else Shopify); places apart: kpi tenant location',
    recompute: [],
  },
  ocr_tag: { column: 'ocr_tag', schema: words, describe: 'n8n tag of the automations that read documents; default ocr', recompute: [] },
  ocr_name: {
    column: 'ocr_name',
    schema: words,
    describe: 'when none has that tag: what their names contain, in any case; default ocr',
    recompute: [],
  },
  ocr_documents_per_run: {
    column: 'ocr_documents_per_run',
    schema: countOrNone,
    describe: 'documents each successful run reads, when they are always as many, or none: then executions are shown; default none',
    recompute: [],
  },
  closed_weekdays: {
    column: 'closed_weekdays',
    schema: z.string().transform(weekdays),
    describe: 'days without business, 1 Monday to 7 Sunday, e.g. 6,7; empty: none. Their sales raise no alert; default 7',
    recompute: [],
  },
  closed_on_holidays: {
    column: 'closed_on_holidays',
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
    describe: "whether Chile's obligatory holidays (1-1, 1-5, 18-9, 19-9, 25-12) are days without business: true (default) or false",
    recompute: [],
  },
  closed_dates: {
    column: 'closed_dates',
    schema: z.string().transform(dates),
    describe: 'other dates without business, e.g. 2026-12-13,2027-02-01; empty: none (default)',
    recompute: [],
  },
  ...RECONCILIATION_SETTINGS,
} as const satisfies Record<string, TenantSetting>;

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function weekdays(text: string, context: z.RefinementCtx): number[] {
  const days = [...new Set(parts(text))];
  if (days.some((day) => !/^[1-7]$/.test(day)) || days.length === 7)
    context.addIssue({ code: 'custom', message: 'must be numbers from 1 (Monday) to 7 (Sunday), separated by commas, not all of them' });
  return days.map(Number);
}

function dates(text: string, context: z.RefinementCtx): string[] {
  const days = parts(text);
  if (!days.every(isDay)) context.addIssue({ code: 'custom', message: 'must be days like 2026-12-13, separated by commas' });
  return days;
}

/** `pos=Tienda,web=Sitio` as the JSON object that the column holds. */
function channelNames(text: string, context: z.RefinementCtx): string {
  const pairs = text.split(',').map((pair) => pair.trim());
  const named = pairs.filter((pair) => pair !== '').map((pair) => /^([^=]+?)\s*=\s*(\S.*)$/.exec(pair));
  for (const match of named)
    if (match === null) context.addIssue({ code: 'custom', message: 'must be channel=name pairs, separated by commas' });
  return JSON.stringify(Object.fromEntries(named.flatMap((match) => (match === null ? [] : [[match[1], match[2]]]))));
}

export type TenantSettingName = keyof typeof TENANT_SETTINGS;

const settings: Readonly<Record<TenantSettingName, TenantSetting>> = TENANT_SETTINGS;

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** All settings of a tenant as they are stored. */
export async function readTenant(db: Database, tenantId: string): Promise<Record<TenantSettingName, unknown>> {
  return read((text, values = []) => db.query(text, values), tenantId);
}

async function read(query: Query, tenantId: string): Promise<Record<TenantSettingName, unknown>> {
  const columns = Object.entries(settings).map(([name, { column, read: text = column }]) => `${text} as "${name}"`);
  const rows = await query<Record<TenantSettingName, unknown>>(`select ${columns.join(', ')} from public.tenants where id = $1`, [
    tenantId,
  ]);
  const row = rows.rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return row;
}

/** A stored value as it is typed: what the driver gives as an object is JSON. */
const typed = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);

const NAME_ZONE = 'select 1 from pg_timezone_names where name = $1';
const FAMILIES = ['automation', 'inventory', 'sales', 'support'] as const;

/**
 * Stores new values, which the setting's own schema has checked, and asks for what follows from them to be made anew. It takes the lock
 * of every family then: a batch writes wholly by the old settings or wholly by the new, and the recomputation comes after both.
 * @returns the recomputation, or null when nothing that is stored follows from what changed
 * @throws when the database does not know the time zone, or when the company cannot be as it would be then; nothing is changed
 */
export async function changeTenant(
  db: Database,
  tenantId: string,
  values: ReadonlyMap<TenantSettingName, unknown>,
  author: Author,
): Promise<string | null> {
  const before = await readTenant(db, tenantId);
  const planned = [...values.keys()].filter((name) => typed(before[name]) !== typed(values.get(name)));
  const total = await countWork(db, tenantId, tablesFor(planned));
  return db.transaction(tenantId, async ({ query }) => {
    // What is read by views alone needs no lock.
    if (tablesFor([...values.keys()]).length > 0) await lockFamilies(query, tenantId, FAMILIES, new Map());
    const old = await read(query, tenantId);
    const changed = [...values].filter(([name, value]) => typed(old[name]) !== typed(value));
    if (changed.length === 0) return null;
    if (values.has('time_zone') && (await query(NAME_ZONE, [values.get('time_zone')])).rowCount === 0)
      throw new Error('the database does not know this time zone; write it like America/Santiago');
    const columns = new Map(
      changed.flatMap(([name, value]) => [
        [settings[name].column, value] as const,
        ...Object.entries(settings[name].along?.(String(value)) ?? {}),
      ]),
    );
    const assignments = [...columns.keys()].map((column, i) => `${column} = $${i + 2}`);
    await query(`update public.tenants set ${assignments.join(', ')} where id = $1`, [tenantId, ...columns.values()]);
    const names = changed.map(([name]) => name);
    for (const unmet of new Set(names.flatMap((name) => settings[name].unmet ?? []))) {
      const [first] = (await query<{ why: string }>(unmet, [tenantId])).rows;
      if (first !== undefined) throw new Error(`${names.join(', ')}: nothing is changed, as ${first.why}`);
    }
    for (const [name, value] of changed) await audit(query, tenantId, author, 'tenant.set', { setting: name, from: old[name], to: value });
    const tables = tablesFor(names);
    const cause = `setting:${names.filter((name) => settings[name].recompute.length > 0).join(',')}`;
    return tables.length === 0 ? null : addRecomputation(query, tenantId, { cause, tables, total }, author);
  });
}

const tablesFor = (names: readonly TenantSettingName[]) => [...new Set(names.flatMap((name) => settings[name].recompute))];
