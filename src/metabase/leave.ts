import { metabaseInstances } from '../store/metabase-objects.ts';
import type { Database } from '../store/database.ts';
import type { MetabaseDeps } from './deps.ts';
import { removeMetabase } from './remove.ts';

/** A company has dashboards where they cannot be removed from here. */
export class MetabaseElsewhere extends Error {
  override readonly name = 'MetabaseElsewhere';
  readonly code = 'metabase_elsewhere';
  readonly advice = 'Set METABASE_URL to that Metabase, or say that the dashboards are to be left there';
}

/**
 * What takes a company out of Metabase; null when it has nothing in one, or is to be left there.
 * @param open the Metabase of the configuration; null: none is configured
 * @throws MetabaseElsewhere
 */
export async function metabaseToLeave(
  db: Database,
  open: (() => Promise<MetabaseDeps>) | null,
  tenantId: string,
  leave: boolean,
): Promise<(() => Promise<unknown>) | null> {
  const instances = await metabaseInstances(db, tenantId);
  if (instances.length === 0 || leave) return null;
  if (open === null) throw new MetabaseElsewhere(`it has dashboards in ${instances.join(', ')}, and no Metabase is configured here`);
  const deps = await open();
  const elsewhere = instances.filter((instance) => instance !== deps.client.instance);
  if (elsewhere.length > 0) throw new MetabaseElsewhere(`it has dashboards in ${elsewhere.join(', ')}, which is not METABASE_URL`);
  return () => removeMetabase(deps, tenantId, { force: true });
}
