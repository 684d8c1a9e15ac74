import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

const NEARBY = sqlFile('customers-nearby');
const SHARED = 'select kind, key from kpi.shared_keys where tenant_id = $1';
const SAVE = `insert into public.customer_identities as t (tenant_id, customer_id, identity_id, anonymous)
  select $1, k.id, k.identity, k.anonymous from unnest($2::uuid[], $3::uuid[], $4::boolean[]) as k(id, identity, anonymous) order by k.id
  on conflict (tenant_id, customer_id) do update set identity_id = excluded.identity_id, anonymous = excluded.anonymous`;

interface Customer {
  readonly id: string;
  readonly commercial_id: string | null;
  readonly rut: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly generic: boolean;
  readonly before: string | null;
  readonly was_anonymous: boolean | null;
}

/**
 * Finds anew who is one with whom, for everybody these customers touch: a new one may join two identities, a changed e-mail may part
 * one. Under the sales lock, in the transaction that writes them. Returns the identities that gained or lost a customer.
 */
export async function settleIdentities(query: Query, tenantId: string, customers: readonly string[]): Promise<Set<string>> {
  const touched = new Set<string>();
  if (customers.length === 0) return touched;
  const shared = (await query<{ kind: string; key: string }>(SHARED, [tenantId])).rows;
  const keys = (kind: string) => shared.filter((rule) => rule.kind === kind).map((rule) => rule.key);
  const nearby = (await query<Customer>(NEARBY, [tenantId, customers, keys('rut'), keys('email'), keys('email_domain'), keys('phone')]))
    .rows;
  const identities = components(nearby);
  const changed: { id: string; identity: string; anonymous: boolean }[] = [];
  for (const [identity, members] of identities) {
    const anonymous = members.every((c) => c.generic && c.rut === null && c.email === null && c.phone === null);
    for (const { id, before, was_anonymous } of members) {
      if (before === identity && was_anonymous === anonymous) continue;
      changed.push({ id, identity, anonymous });
      touched.add(identity);
      if (before !== null) touched.add(before);
    }
  }
  if (changed.length > 0) {
    await query(SAVE, [tenantId, changed.map((c) => c.id), changed.map((c) => c.identity), changed.map((c) => c.anonymous)]);
  }
  return touched;
}

/** Customers that share a key, directly or by way of others, by the smallest of their ids. */
function components(customers: readonly Customer[]): Map<string, Customer[]> {
  const parents = new Map<string, string>();
  const find = (vertex: string): string => {
    let root = vertex;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    for (let at = vertex; at !== root;) {
      const up = parents.get(at) ?? root;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  const join = (one: string, other: string): void => {
    const [a, b] = [find(one), find(other)];
    if (a !== b) parents.set(a, b);
  };
  for (const customer of customers) for (const key of keysOf(customer)) join(`customer:${customer.id}`, key);
  const groups = Map.groupBy(customers, (customer) => find(`customer:${customer.id}`));
  return new Map(
    [...groups.values()].map((members) => [members.reduce((least, { id }) => (id < least ? id : least), members[0]!.id), members]),
  );
}

/** What connects a customer: the first present of RUT and e-mail (both connect), phone, company. Its own id stands for its contacts. */
function* keysOf({ rut, email, phone, commercial_id }: Customer): Generator<string> {
  if (rut !== null) yield `rut:${rut}`;
  if (email !== null) yield `email:${email}`;
  if (rut !== null || email !== null) return;
  if (phone !== null) yield `phone:${phone}`;
  else if (commercial_id !== null) yield `customer:${commercial_id}`;
}
