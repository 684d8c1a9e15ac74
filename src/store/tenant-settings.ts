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

/** Every setting that `kpi tenant set` knows, by the name it is typed with. */
export const TENANT_SETTINGS = {
  name: { column: 'company_name', schema: z.string().trim().min(1, 'must not be empty'), describe: 'company name', recompute: [] },
  channel_names: {
    column: 'channel_names',
    schema: z.string().transform(channelNames),
    describe: "own names of sales channels, e.g. 'pos=Tienda Centro,580111=Mercado Libre'; empty: the source's own",
    recompute: [],
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
