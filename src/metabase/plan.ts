import { desiredOf, type MetabaseDeps, type Owner } from './deps.ts';
import { settle } from './settle.ts';
import { Work, type PlanItem } from './work.ts';

/** How the content of one owner stands against what it should be. */
export interface Plan {
  /** Tenant's uuid, or the nil uuid for the executive content. */
  readonly owner: string;
  readonly items: readonly PlanItem[];
  /** What an apply would change; foreign cards are none of ours. */
  readonly differences: number;
}

/** Looks, and changes nothing. @throws SourceError when Metabase cannot be asked */
export async function planMetabase(deps: MetabaseDeps, owner: Owner, only?: readonly string[]): Promise<Plan> {
  const desired = await desiredOf(deps, owner, only);
  const work = await Work.open(deps.db, { client: deps.client, desired, lock: null });
  await settle(work, deps.patience);
  return planOf(desired.owner, work.items);
}

export function planOf(owner: string, items: readonly PlanItem[]): Plan {
  return { owner, items, differences: items.filter(({ status }) => status !== 'unchanged' && status !== 'foreign').length };
}
