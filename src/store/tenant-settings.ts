import { z } from 'zod';
import type { Database } from './database.ts';

/** A setting of a tenant: a column of public.tenants, which the KPI views read with the reader's own rights. */
export interface TenantSetting {
  /** Column of public.tenants. */
  readonly column: string;
  /** Turns what a person types into the column's value. */
  readonly schema: z.ZodType<unknown, string>;
  /** For --help: what it decides, its unit, its default. */
  readonly describe: string;
  /** Tables whose derived columns or rows follow from it (`DERIVATIONS`); they are made anew when it changes. Views need nothing. */
  readonly recompute: readonly string[];
}

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

/** Every setting that `kpi tenant set` knows, by the name it is typed with. */
export const TENANT_SETTINGS = {
  name: { column: 'company_name', schema: z.string().trim().min(1, 'must not be empty'), describe: 'company name', recompute: [] },
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
} as const satisfies Record<string, TenantSetting>;

/** `pos=Tienda,web=Sitio` as the JSON object that the column holds. */
function channelNames(text: string, context: z.RefinementCtx): string {
  const pairs = text.split(',').map((pair) => pair.trim());
  const named = pairs.filter((pair) => pair !== '').map((pair) => /^([^=]+?)\s*=\s*(\S.*)$/.exec(pair));
  for (const match of named)
    if (match === null) context.addIssue({ code: 'custom', message: 'must be channel=name pairs, separated by commas' });
  return JSON.stringify(Object.fromEntries(named.flatMap((match) => (match === null ? [] : [[match[1], match[2]]]))));
}

export type TenantSettingName = keyof typeof TENANT_SETTINGS;

/** All settings of a tenant as they are stored. */
export async function readTenant(db: Database, tenantId: string): Promise<Record<TenantSettingName, unknown>> {
  const columns = Object.entries(TENANT_SETTINGS).map(([name, { column }]) => `${column} as "${name}"`);
  const rows = await db.query<Record<TenantSettingName, unknown>>(`select ${columns.join(', ')} from public.tenants where id = $1`, [
    tenantId,
  ]);
  const row = rows.rows[0];
  if (row === undefined) throw new Error(`there is no tenant ${tenantId}; list them with: kpi tenant list`);
  return row;
}

/** Stores new values, which the setting's own schema has checked. */
export async function changeTenant(db: Database, tenantId: string, values: ReadonlyMap<TenantSettingName, unknown>): Promise<void> {
  const names = [...values.keys()];
  const columns = names.map((name, i) => `${TENANT_SETTINGS[name].column} = $${i + 2}`);
  await db.transaction(tenantId, ({ query }) =>
    query(`update public.tenants set ${columns.join(', ')} where id = $1`, [tenantId, ...values.values()]),
  );
}
