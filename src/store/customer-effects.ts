import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { settleIdentities } from './identities.ts';
import { reaggregate, reaggregateTogether } from './reaggregate.ts';
import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const BUYERS = sqlFile('identities-touched');

/**
 * What follows from changed customers, orders and carts: who is one with whom, and the roll-ups of every identity that gained or lost a
 * customer, a sale or a cart, before and after. `orders` are the orders written, flipped or converted.
 */
export async function settleCustomers(query: Query, effects: Effects, orders: ReadonlySet<string>): Promise<void> {
  const { tenantId } = effects.tenant;
  const customers = effects.ids('customer');
  const identities = await settleIdentities(query, tenantId, customers);
  const carts = effects.ids('abandoned_checkout');
  if (orders.size > 0 || carts.length > 0 || customers.length > 0 || effects.formerBuyers.size > 0) {
    const touched = await query<{ identity_id: string }>(BUYERS, [
      tenantId,
      [...orders.difference(effects.fresh('order'))],
      carts,
      [...effects.formerBuyers.union(effects.buyers)],
      customers,
    ]);
    for (const { identity_id } of touched.rows) identities.add(identity_id);
  }
  await reaggregateTogether(query, tenantId, [ROLLUPS.customerDays, ROLLUPS.customerSales], identities);
  await reaggregate(query, tenantId, ROLLUPS.carts, identities);
}
