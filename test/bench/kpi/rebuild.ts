import type pg from 'pg';
import { Database } from '../../../src/store/database.ts';
import { rebuildTenant } from '../../../src/store/rebuild.ts';
import { ROLLUPS } from '../../../src/store/rollups.ts';

/** Seconds of a rebuild in which nothing differs: what it finds would be a mistake of the bench or of the product. */
export async function secondRebuild(writerUrl: string, tenantId: string): Promise<number> {
  const { seconds, found } = await timed(writerUrl, tenantId);
  if (found.length > 0) throw new Error(`a second rebuild found ${found.length} differences, the first: ${JSON.stringify(found[0])}`);
  return seconds;
}

/** Seconds of a rebuild that finds nothing derived of this tenant, no identity and no roll-up: as after a restore of the facts alone. */
export async function fillingRebuild(writerUrl: string, admin: pg.Client, tenantId: string): Promise<number> {
  for (const table of [...Object.values(ROLLUPS).map((rollup) => rollup.table), 'public.customer_identities'])
    await admin.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  const { seconds } = await timed(writerUrl, tenantId);
  await secondRebuild(writerUrl, tenantId);
  await admin.query('vacuum');
  return seconds;
}

/** With the service's own limits: a rebuild that needs a longer statement than a batch may take fails here as it would there. */
async function timed(url: string, tenantId: string) {
  const db = new Database({ url });
  try {
    const started = performance.now();
    const found = await rebuildTenant(db, tenantId);
    return { seconds: Number(((performance.now() - started) / 1000).toPrecision(3)), found };
  } finally {
    await db.close();
  }
}
