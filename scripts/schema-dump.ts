// Writes migrations/schema.sql: starts a throwaway database, migrates it, describes it.
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster, throwawaySettings } from '../src/local/cluster.ts';
import { createDatabase } from '../src/local/database.ts';
import { dumpSchema } from '../src/store/dump-schema.ts';
import { migrate } from '../src/store/migrate.ts';

const folder = await mkdtemp(join(tmpdir(), 'schema-dump-'));
await chmod(folder, 0o755);
const cluster = await startCluster({ dataDir: folder, settings: throwawaySettings, throwaway: true });
try {
  await createDatabase(cluster, 'schema_dump');
  const url = cluster.adminUrl('schema_dump');
  await migrate({ directAdminUrl: url, roleSecret: 'only for this throwaway database' });
  await writeFile(join(import.meta.dirname, '../migrations/schema.sql'), await dumpSchema(url));
} finally {
  await cluster.remove();
}
