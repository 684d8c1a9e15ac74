import type { Entity } from '#contract';
import { PROMISES } from './promises.ts';
import { ROLLUPS, type Rollup } from './rollups.ts';
import { sqlFile } from './sql-file.ts';
import { TABLES, type Family } from './tables.ts';

/** Columns, or whole rows, that follow from facts alone. */
export interface Derivation {
  readonly table: string;
  /** The family under whose lock it is made anew. */
  readonly family: Family;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** The column by which it is made anew piece by piece, and that column's type. */
  readonly touch: Rollup['touch'];
  /** What must be there for tenant $1 and the touched values $2, an array of the touch type (null: all), computed from facts. */
  readonly select: string;
  /** Select over tenant $1: the touched values there may be, as `key`, where it takes long to find them by the select above. */
  readonly keys?: string;
  /** Which rows of the table these are, as a condition without alias, where not all of them. */
  readonly rows?: string;
  /** Whether the rows themselves are derived, not just these columns of a fact. */
  readonly wholeRows: boolean;
  /** The facts that are touched when a row changes, with the columns that hold their ids: what rests on them follows at once. */
  readonly concerns: { readonly entity: Entity; readonly columns: readonly string[] } | null;
}

/** Select over the facts that have a local day and nothing else derived. */
const DAY = 'f.id, (f.created_at at time zone t.time_zone)::date as business_day';
const ofTenant = (columns: string, table: string, joins = '') =>
  `select ${columns} from ${table} f join public.tenants t on t.id = f.tenant_id ${joins}
   where f.tenant_id = $1 and ($2::uuid[] is null or f.id = any($2::uuid[]))`;

/** Derived columns of a fact. The select has `id` and these columns, for tenant $1 and the ids `$2::uuid[]` (null: all). */
const facts = (table: string, columns: readonly string[], select: string, rows?: string): Derivation => {
  const entity = (Object.keys(TABLES) as Entity[]).find((one) => TABLES[one].table === table);
  if (entity === undefined) throw new Error(`${table} is no table of facts`);
  return {
    table,
    family: TABLES[entity].family,
    key: ['id'],
    columns,
    touch: { column: 'id', type: 'uuid' },
    select,
    ...(rows === undefined ? {} : { rows }),
    wholeRows: false,
    concerns: { entity, columns: ['id'] },
  };
};
const dated = (table: string) => facts(table, ['business_day'], ofTenant(DAY, table));
const execution = (table: string) =>
  facts(
    table,
    ['business_day', 'workflow_name'],
    ofTenant(
      `${DAY}, w.name as workflow_name`,
      table,
      'left join public.workflows w on w.tenant_id = f.tenant_id and w.id = f.workflow_id',
    ),
  );

/** Orders, and whatever is a sale without one: not the issued documents of an order. */
const ORDERS = 'invoiced_order_id is null';

/**
 * Everything derived, in the order in which one rests on the other: conversion, links, who speaks, statuses, refunds, roll-ups. Written apart from
 * the statements that keep it up to date batch by batch, so that one can find a mistake of the other.
 */
export const DERIVATIONS: readonly Derivation[] = [
  facts(
    'public.invoices',
    ['amount_total', 'amount_untaxed'],
    ofTenant(
      `f.id, ${['total', 'untaxed']
        .map(
          (part) => `case when f.currency_source = t.currency then f.amount_${part}_source
          else round(f.amount_${part}_source * b.rate, t.currency_decimals) end as amount_${part}`,
        )
        .join(', ')}`,
      'public.invoices',
      `cross join lateral (select case when f.currency_company = t.currency then
         case when f.amount_total_source = 0 then 0 else abs(f.amount_total_company) / f.amount_total_source end end as rate) b`,
    ),
  ),
  facts(
    'public.source_orders',
    [
      'created_at',
      'business_day',
      'fx_rate',
      'fx_date',
      'amount_total',
      'amount_untaxed',
      'amount_tax',
      'amount_products',
      'amount_shipping',
      'amount_discount',
      'amount_other',
      'amount_iva',
      'amount_exempt',
      'amount_ledger',
    ],
    sqlFile('rebuild-orders'),
  ),
  {
    table: 'public.order_links',
    family: 'sales',
    key: ['shop_order_id', 'erp_order_id'],
    columns: ['rule'],
    touch: { column: 'erp_order_id', type: 'uuid' },
    select: sqlFile('rebuild-links'),
    keys: `select erp_order_id as key from public.order_links where tenant_id = $1
      union select id from public.source_orders
      where tenant_id = $1 and source = 'odoo' and (shop_order_id is not null or shop_order_name is not null)`,
    wholeRows: true,
    concerns: { entity: 'order', columns: ['shop_order_id', 'erp_order_id'] },
  },
  facts('public.source_orders', ['speaks', 'silent_because'], sqlFile('rebuild-voices'), ORDERS),
  facts('public.source_orders', ['status', 'amount_invoiced', 'cancelled_but_invoiced'], sqlFile('rebuild-documents'), ORDERS),
  facts(
    'public.refunds',
    [
      'created_at',
      'business_day',
      'fx_rate',
      'fx_date',
      'amount_replaced_source',
      'amount_total',
      'amount_untaxed',
      'amount_paid_back',
      'counts',
    ],
    sqlFile('rebuild-refunds'),
  ),
  facts('public.source_orders', ['speaks', 'silent_because', 'status'], sqlFile('rebuild-invoiced'), 'invoiced_order_id is not null'),
  dated('public.order_payments'),
  dated('public.payouts'),
  dated('public.payout_transactions'),
  facts('public.inboxes', ['opening', 'opening_zone'], sqlFile('rebuild-openings')),
  facts('public.messages', ['business_day', 'is_reply'], sqlFile('rebuild-messages')),
  dated('public.conversation_events'),
  dated('public.abandoned_checkouts'),
  {
    table: 'public.customer_identities',
    family: 'sales',
    key: ['customer_id'],
    columns: ['identity_id', 'anonymous'],
    touch: { column: 'customer_id', type: 'uuid' },
    select: sqlFile('rebuild-identities'),
    keys: `select customer_id as key from public.customer_identities where tenant_id = $1
      union select id from public.customers where tenant_id = $1`,
    wholeRows: true,
    // The roll-ups of both identities, the wrong and the right one, are among the derivations that follow.
    concerns: null,
  },
  facts(
    'public.conversations',
    ['business_day', 'channel', 'resolved_at', 'resolved_at_source', 'resolved_day'],
    sqlFile('rebuild-resolutions'),
  ),
  facts('public.csat_responses', ['business_day', 'counts'], sqlFile('rebuild-surveys')),
  execution('public.workflow_executions'),
  facts('public.workflow_executions', ['resolved_by_retry'], sqlFile('rebuild-retries')),
  execution('public.workflow_executions_other'),
  ...Object.values<Rollup>({ ...ROLLUPS, promises: PROMISES }).map(
    ({ table, family, key, measures, touch, select, keys, rows }): Derivation => ({
      table,
      family,
      key,
      columns: measures,
      touch,
      select,
      ...(keys === undefined ? {} : { keys }),
      ...(rows === undefined ? {} : { rows }),
      wholeRows: true,
      concerns: null,
    }),
  ),
];
