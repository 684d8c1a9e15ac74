/** What Metabase is told of a column, as a role that may only read shows it no keys and facts have no foreign keys among them. */
export interface FieldMeaning {
  /** `schema.table.column` as the tenant's role sees it. */
  readonly column: string;
  readonly semantic_type?: 'type/PK' | 'type/FK';
  /** Column the key points to. */
  readonly target?: string;
  /** `list`: a drop-down of its values. `none`: its values are not read at all. */
  readonly has_field_values?: 'list' | 'none';
}

/** Metabase takes a column called id for the key by itself: usually there is nothing to say. */
const key = (table: string): FieldMeaning => ({ column: `public.${table}.id`, semantic_type: 'type/PK' });
const reference = (column: string, table: string): FieldMeaning => ({
  column: `public.${column}`,
  semantic_type: 'type/FK',
  target: `public.${table}.id`,
});
const list = (column: string): FieldMeaning => ({ column: `public.${column}`, has_field_values: 'list' });

/** Every key has to be declared here before something points to it. */
export const FIELD_MEANINGS: readonly FieldMeaning[] = [
  ...['orders', 'order_lines', 'customers', 'products', 'conversations', 'messages', 'workflows', 'workflow_executions'].map(key),
  reference('orders.customer_id', 'customers'),
  reference('order_lines.order_id', 'orders'),
  reference('order_lines.product_id', 'products'),
  reference('messages.conversation_id', 'conversations'),
  reference('workflow_executions.workflow_id', 'workflows'),
  // Metabase makes drop-downs of columns called status or type by itself.
  list('orders.channel'),
  list('conversations.channel'),
  // A person by another name: of no use in a drop-down, and not to be copied into Metabase's own database.
  { column: 'public.customer_identities.identity_id', has_field_values: 'none' },
];
