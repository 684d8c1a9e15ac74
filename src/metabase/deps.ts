import type { Dashboard } from '../dashboards/dashboard.ts';
import type { Database } from '../store/database.ts';
import { metabaseTenant } from '../store/metabase-objects.ts';
import type { MetabaseClient } from './client.ts';
import type { Reach } from './connection-details.ts';
import { desiredForAnalyst, desiredForTenant, type Desired } from './desired.ts';
import type { Patience } from './steps/fields.ts';

/** What planning and applying need. */
export interface MetabaseDeps {
  readonly db: Database;
  readonly client: MetabaseClient;
  /** The content, as data. */
  readonly dashboards: readonly Dashboard[];
  /** The warehouse as Metabase reaches it. */
  readonly reach: Reach;
  readonly patience: Patience;
}

/** Whose content: one tenant's (uuid), or the executive one over all of them. */
export type Owner = { readonly tenantId: string } | 'executive';

/** @throws Error when the tenant does not exist or has no role to read with, or when no dashboard is called so */
export async function desiredOf(deps: MetabaseDeps, owner: Owner, only?: readonly string[]): Promise<Desired> {
  const unknown = only?.find((key) => !deps.dashboards.some((dashboard) => dashboard.key === key));
  if (unknown !== undefined)
    throw new Error(`there is no dashboard "${unknown}"; there are: ${deps.dashboards.map(({ key }) => key).join(', ')}`);
  const all =
    owner === 'executive'
      ? desiredForAnalyst(deps.dashboards, deps.reach)
      : desiredForTenant(await metabaseTenant(deps.db, owner.tenantId), deps.dashboards, deps.reach);
  if (only === undefined) return all;
  return { ...all, complete: false, dashboards: all.dashboards.filter(({ key }) => only.includes(key)) };
}
