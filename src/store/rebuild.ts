import type { Database, Query } from './database.ts';
import { lockFamilies } from './family-lock.ts';
import { ROLLUPS, type Rollup } from './rollups.ts';
import { sqlFile } from './sql-file.ts';
import { tenantSettings } from './tenants.ts';

/** Something derived that was not what the facts say. */
export interface RebuildDifference {
  readonly table: string;
  /** The row: its id, or a roll-up's key. */
  readonly key: string;
  readonly what: string;
}

const CONVERT = { 'public.source_orders': sqlFile('convert-orders'), 'public.refunds': sqlFile('convert-refunds') };
const LINK = sqlFile('link-orders');
const SETTLE_ORDERS = sqlFile('settle-orders');
const SETTLE_REFUNDS = sqlFile('settle-refunds');
const OWN_AMOUNTS = sqlFile('rebuild-own-amounts');
const CHANNELS = sqlFile('follow-inbox-channel');
const NAMES = ['public.workflow_executions', 'public.workflow_executions_other'] as const;
const NAME_OF = sqlFile('follow-workflow-name');
const DATED = [
  'public.source_orders',
  'public.refunds',
  'public.order_payments',
  'public.conversations',
  'public.messages',
  'public.csat_responses',
  ...NAMES,
] as const;

/**
 * Derives everything that is derived from facts once more: local days, conversion, links, who speaks, which refunds count, names that
 * follow, roll-ups. Takes the same locks as a batch, in one transaction. In production it must find no difference; what it finds is put
 * right and returned.
 */
export async function rebuildTenant(db: Database, tenantId: string): Promise<RebuildDifference[]> {
  return db.transaction(tenantId, async ({ query }) => {
    // A rebuild of a large tenant takes longer than a batch may.
    await query("select set_config('statement_timeout', '10min', true)");
    await lockFamilies(query, tenantId, ['automation', 'inventory', 'sales', 'support'], new Map());
    const found: RebuildDifference[] = [];
    const note = (table: string, what: string, rows: readonly { readonly id: string }[]) => {
      for (const { id } of rows) found.push({ table, key: id, what });
    };
    const tenant = await tenantSettings(query, tenantId);
    for (const table of DATED) {
      const days = `update ${table} set business_day = (created_at at time zone $2)::date
        where tenant_id = $1 and business_day <> (created_at at time zone $2)::date returning id`;
      note(table, 'local day', (await query<{ id: string }>(days, [tenantId, tenant.timeZone])).rows);
    }
    note(
      'public.source_orders',
      'amounts in the own currency',
      (await query<{ id: string }>(OWN_AMOUNTS, [tenantId, tenant.currency])).rows,
    );
    const orders = await idsOf(query, tenantId, 'public.source_orders');
    const refunds = await idsOf(query, tenantId, 'public.refunds');
    for (const [table, statement] of Object.entries(CONVERT)) {
      const converted = await query<{ day: string }>(statement, [
        tenantId,
        tenant.currency,
        table === 'public.refunds' ? refunds : orders,
        [],
        null,
        null,
      ]);
      note(
        table,
        'conversion',
        converted.rows.map(({ day }) => ({ id: day })),
      );
    }
    note('public.order_links', 'links', (await query<{ id: string }>(LINK, [tenantId, orders, [], []])).rows);
    note(
      'public.source_orders',
      'who speaks',
      (await query<{ id: string }>(SETTLE_ORDERS, [tenantId, orders, null, null, null, true])).rows,
    );
    const counted = await query<{ day: string }>(SETTLE_REFUNDS, [tenantId, [], refunds]);
    note(
      'public.refunds',
      'which refunds count',
      counted.rows.map(({ day }) => ({ id: day })),
    );
    await followNames(query, tenantId, note);
    for (const rollup of Object.values(ROLLUPS)) found.push(...(await rebuildRollup(query, tenantId, rollup)));
    return found;
  });
}

async function idsOf(query: Query, tenantId: string, table: string): Promise<string[]> {
  return (await query<{ id: string }>(`select id from ${table} where tenant_id = $1`, [tenantId])).rows.map((row) => row.id);
}

type Note = (table: string, what: string, rows: readonly { readonly id: string }[]) => void;

async function followNames(query: Query, tenantId: string, note: Note): Promise<void> {
  const channels = await query<{ day: string }>(CHANNELS, [tenantId, await idsOf(query, tenantId, 'public.inboxes')]);
  note(
    'public.conversations',
    'channel of the inbox',
    channels.rows.map(({ day }) => ({ id: day })),
  );
  const workflows = await idsOf(query, tenantId, 'public.workflows');
  for (const table of NAMES) {
    const renamed = await query(NAME_OF.replace('public.$table', table), [tenantId, workflows]);
    note(
      table,
      'name of the workflow',
      Array.from({ length: renamed.rowCount ?? 0 }, () => ({ id: 'a run' })),
    );
  }
}

async function rebuildRollup(query: Query, tenantId: string, rollup: Rollup): Promise<RebuildDifference[]> {
  const { table, key, measures, select } = rollup;
  const keyText = key.map((column) => `coalesce(old.${column}, fresh.${column})::text`).join(` || '|' || `);
  const wrong = await query<{ key: string; before: string | null; after: string | null }>(
    `select ${keyText} as key, ${rowText('old', measures)} as before, ${rowText('fresh', measures)} as after
     from (select * from ${table} where tenant_id = $1) old
     full join (${select}) fresh on ${key.map((column) => `old.${column} = fresh.${column}`).join(' and ')}
     where ${rowText('old', measures)} is distinct from ${rowText('fresh', measures)} order by 1`,
    [tenantId, null],
  );
  if (wrong.rows.length === 0) return [];
  const columns = ['tenant_id', ...key, ...measures].join(', ');
  await query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  await query(`insert into ${table} (${columns}) select ${columns} from (${select}) fresh`, [tenantId, null]);
  return wrong.rows.map((row) => ({ table, key: row.key, what: `${row.before ?? 'missing'} → ${row.after ?? 'nothing'}` }));
}

const rowText = (alias: string, measures: readonly string[]) =>
  `case when ${alias}.tenant_id is not null then concat_ws(' ', ${measures.map((m) => `'${m}=' || trim_scale(${alias}.${m}::numeric)`).join(', ')}) end`;
