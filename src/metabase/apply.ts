import { randomUUID } from 'node:crypto';
import { MetabaseLock } from '../store/metabase-objects.ts';
import { desiredOf, type MetabaseDeps, type Owner } from './deps.ts';
import { planOf, type Plan } from './plan.ts';
import { settle } from './settle.ts';
import { Work, type PlanItem } from './work.ts';

export interface ApplyOptions {
  /** Keys of dashboards; all of them when left out. */
  readonly only?: readonly string[];
  readonly onItem?: (item: PlanItem) => void;
}

/**
 * Makes the content of one owner what it should be, and says what it found before. A second apply changes nothing; one that was cut
 * off anywhere is finished by the next. One run per owner and Metabase at a time.
 * @throws MetabaseBusy when another run is at it; SourceError when Metabase refuses or is away
 */
export async function applyMetabase(deps: MetabaseDeps, owner: Owner, options: ApplyOptions = {}): Promise<Plan> {
  const { db, client } = deps;
  const desired = await desiredOf(deps, owner, options.only);
  const lock = await MetabaseLock.take(db, { tenantId: desired.owner, instance: client.instance }, randomUUID());
  try {
    const work = await Work.open(db, { client, desired, lock, ...(options.onItem === undefined ? {} : { onItem: options.onItem }) });
    await settle(work, deps.patience);
    return planOf(desired.owner, work.items);
  } finally {
    await lock.release();
  }
}
