import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

/** Columns, or whole rows, that follow from facts alone. */
export interface Derivation {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** What must be there for tenant $1, computed from facts. */
  readonly select: string;
  /** Whether the rows themselves are derived, not just these columns of a fact. */
  readonly wholeRows: boolean;
}

/** Select over the facts that have a local day and nothing else derived. */
const DAY = 'f.id, (f.created_at at time zone t.time_zone)::date as business_day';
const ofTenant = (columns: string, table: string, joins = '') =>
  `select ${columns} from ${table} f join public.tenants t on t.id = f.tenant_id ${joins} where f.tenant_id = $1`;

const facts = (table: string, columns: readonly string[], select: string): Derivation => ({
  table,
  key: ['id'],
  columns,
  select,
  wholeRows: false,
});
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

/**
 * Everything derived, in the order in which one rests on the other: conversion, links, who speaks, refunds, roll-ups. Written apart from
 * the statements that keep it up to date batch by batch, so that one can find a mistake of the other.
 */
export const DERIVATIONS: readonly Derivation[] = [
  facts(
    'public.source_orders',
    [
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
    ],
    sqlFile('rebuild-orders'),
  ),
  {
    table: 'public.order_links',
    key: ['shop_order_id', 'erp_order_id'],
    columns: ['rule'],
    select: sqlFile('rebuild-links'),
    wholeRows: true,
  },
  facts('public.source_orders', ['speaks', 'silent_because'], sqlFile('rebuild-voices')),
  facts(
    'public.refunds',
    ['business_day', 'fx_rate', 'fx_date', 'amount_total', 'amount_untaxed', 'amount_paid_back', 'counts'],
    sqlFile('rebuild-refunds'),
  ),
  dated('public.order_payments'),
  facts(
    'public.conversations',
    ['business_day', 'channel'],
    ofTenant(
      `${DAY}, coalesce(i.channel, 'Other') as channel`,
      'public.conversations',
      'left join public.inboxes i on i.tenant_id = f.tenant_id and i.id = f.inbox_id',
    ),
  ),
  dated('public.messages'),
  dated('public.csat_responses'),
  execution('public.workflow_executions'),
  execution('public.workflow_executions_other'),
  ...Object.values(ROLLUPS).map(({ table, key, measures, touch, select }) => ({
    table,
    key,
    columns: measures,
    // Null means all of them.
    select: select.replaceAll(`$2::${touch.type}[]`, `null::${touch.type}[]`),
    wholeRows: true,
  })),
];
