import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { createDatabase, dropDatabase } from '../../src/local/database.ts';
import { closeDatabase } from '../../src/store/close-database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { roleUrl } from '../../src/store/role-urls.ts';

export type TestDatabase = {
  readonly name: string;
  /** URL of the superuser. For setting up only: row-level security does not bind it. */
  readonly adminUrl: string;
  readonly roleSecret: string;
  /** URL of a service role, or of a reader whose password is derived like theirs. */
  url(role: string, generation?: number): string;
  /** Drops the database. Throws when the test left a connection open. */
  close(): Promise<void>;
};

/**
 * A database of its own for a test file, on the run's real Postgres: migrated, or empty with `{ migrated: false }`.
 * Roles are shared by the whole run; give readers random names.
 */
export async function testDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  const roleSecret = inject('roleSecret');
  const cluster = { adminUrl: (database: string) => withDatabase(clusterUrl, database) };
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createDatabase(cluster, name, migrated ? inject('templateDatabase') : 'template0');
  const adminUrl = cluster.adminUrl(name);
  if (migrated) await withDirectSession(adminUrl, closeDatabase);
  return {
    name,
    adminUrl,
    roleSecret,
    url: (role, generation) => roleUrl(adminUrl, role, roleSecret, generation),
    close: async () => {
      const leaked = await openSessions(cluster.adminUrl('postgres'), name);
      await dropDatabase(cluster, name);
      if (leaked.length > 0) throw new Error(`The test left ${leaked.length} connections open: ${leaked.join('; ')}`);
    },
  };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Sessions on a database that do not go by themselves: the server needs a moment to notice that a client has said goodbye. */
async function openSessions(adminUrl: string, database: string): Promise<string[]> {
  return withDirectSession(adminUrl, async (session) => {
    for (let look = 0; ; look += 1) {
      const rows = await session.run<{ text: string }>(
        `select format('%s %s %s: %s', usename, application_name, state, left(query, 120)) as text from pg_stat_activity
         where datname = $1 and backend_type = 'client backend'`,
        [database],
      );
      if (rows.length === 0 || look === 40) return rows.map(({ text }) => text);
      await sleep(25);
    }
  });
}
