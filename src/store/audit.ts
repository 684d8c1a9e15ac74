/** Who changes something, and why; for `ops.audit`. */
export interface Author {
  readonly who: string;
  readonly reason: string;
}

const ADD = `insert into ops.audit (actor, tenant_id, action, details) values ($1, $2, $3, $4)`;

/** Writes down who did what to a tenant, in the transaction that does it. `details` hold no secret and no personal data. */
export async function audit(
  query: (text: string, values: readonly unknown[]) => Promise<unknown>,
  tenantId: string,
  author: Author,
  action: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await query(ADD, [author.who, tenantId, action, JSON.stringify({ ...details, reason: author.reason })]);
}
