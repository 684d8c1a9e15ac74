import { Client, escapeIdentifier } from 'pg';
import type { Cluster } from './cluster.ts';

/** Makes a database in a local cluster, as a copy of `template` if one is named. A copied database must have no session. */
export async function createDatabase(cluster: Pick<Cluster, 'adminUrl'>, name: string, template = 'template0'): Promise<void> {
  await asAdmin(cluster, `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`);
}

/** Makes a database unless it is there. Returns whether it is new. */
export async function ensureDatabase(cluster: Pick<Cluster, 'adminUrl'>, name: string): Promise<boolean> {
  return createDatabase(cluster, name).then(
    () => true,
    (error: { code?: string }) => {
      // duplicate_database, or the catalogue's unique index when two make it at once
      if (error.code === '42P04' || error.code === '23505') return false;
      throw error;
    },
  );
}

/** Drops a database together with whoever is connected to it. */
export async function dropDatabase(cluster: Pick<Cluster, 'adminUrl'>, name: string): Promise<void> {
  await asAdmin(cluster, `drop database if exists ${escapeIdentifier(name)} with (force)`);
}

async function asAdmin(cluster: Pick<Cluster, 'adminUrl'>, statement: string): Promise<void> {
  const client = new Client({ connectionString: cluster.adminUrl('postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
