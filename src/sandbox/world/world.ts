import { growClerk } from '../clerk/grow.ts';
import type { ClerkInstance } from '../clerk/model.ts';
import { growChatwoot } from '../chatwoot/grow.ts';
import type { ChatwootInstallation } from '../chatwoot/model.ts';
import { growN8n } from '../n8n/grow.ts';
import type { N8nInstance } from '../n8n/model.ts';
import { growCommerce } from './commerce.ts';
import type { Defect } from './defects.ts';
import { instantOf, timeOf } from './instants.ts';
import type { Instant, WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { Shop } from './shop-model.ts';

export interface WorldSize {
  readonly seed: number;
  /** UTC instant everything lies before. */
  readonly anchor: string;
  /** Sales documents of all tenants, mirrors not counted; from 50 on. */
  readonly orders: number;
}

/** A simulated business: three companies and the systems they work in. */
export interface World {
  readonly seed: number;
  readonly anchor: Instant;
  readonly tenants: readonly [WorldTenant, WorldTenant, WorldTenant];
  readonly shops: Shop[];
  readonly odoos: OdooDatabase[];
  readonly chatwoot: ChatwootInstallation;
  readonly n8n: N8nInstance;
  /** Who may look at the numbers of the three companies. */
  readonly clerk: ClerkInstance;
  /** The differences between shop and ERP that were put in on purpose. */
  readonly defects: readonly Defect[];
}

/** A real n8n prunes old executions, by default long before this many: a big world does not grow without end here. */
const MOST_EXECUTIONS = 60_000;

/**
 * Grows the world. Ids, references, amounts and defects come from the seed alone; dates hang on the anchor, and nothing is
 * later than it. At 2,000 orders there are about 30,000 records in all.
 * @throws Error when the anchor is no instant or there are too few orders
 */
export function createWorld({ seed, anchor, orders }: WorldSize): World {
  const commerce = growCommerce({ seed, anchor, orders });
  const chatwootTenants = commerce.tenants.filter(({ chatwoot }) => chatwoot !== null);
  const n8nTenants = commerce.tenants.filter(({ n8n }) => n8n !== null);
  return {
    ...commerce,
    seed,
    anchor: instantOf(timeOf(anchor)),
    chatwoot: growChatwoot({
      seed,
      anchor: new Date(timeOf(anchor)),
      accounts: chatwootTenants.map(({ chatwoot, timeZone }, index) => ({
        accountId: chatwoot ?? 0,
        timeZone,
        conversations: Math.max(30, Math.round(orders * (index === 0 ? 0.26 : 0.12))),
      })),
    }),
    clerk: growClerk({ seed, anchor: new Date(timeOf(anchor)), tenants: commerce.tenants }),
    n8n: growN8n({
      seed,
      anchor: instantOf(timeOf(anchor)),
      instance: n8nTenants[0]?.n8n?.instance ?? 'n8n',
      tenants: n8nTenants.map(({ n8n }, index) => ({
        tag: n8n?.tag ?? '',
        executions: Math.min(MOST_EXECUTIONS, Math.max(60, Math.round(orders * (index === 0 ? 1.6 : 0.9)))),
      })),
    }),
  };
}
