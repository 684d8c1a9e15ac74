import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import { Pool } from 'pg';
import { bootstrapRoles } from './bootstrap-roles.ts';
import { collectWarnings, withDirectSession } from './direct-session.ts';
import { applyKpiFiles } from './kpi-files.ts';
import { takeMigrationLock } from './migration-lock.ts';
import { migrateQueue } from './migrate-queue.ts';
import { roleUrl } from './role-urls.ts';

export type MigrateOptions = {
  /** Superuser, or an owner of the database with CREATEROLE; a direct connection, not a transaction pooler's. */
  readonly directAdminUrl: string;
  readonly roleSecret: string;
  readonly log?: (message: string) => void;
  /** Folder with 0001_*.sql … and kpi/; the project's own unless a test brings another. */
  readonly folder?: string;
  /** Generation of the roles' passwords. */
  readonly generation?: number;
};

export type MigrateResult = { readonly migrations: readonly string[]; readonly kpiFiles: readonly string[] };

/**
 * Kysely's own tables. They cannot be in one of the warehouse's schemas: those are made by the first migration, after these tables, and
 * a table under forced row-level security would show its owner no row.
 */
const historySchema = 'schema_history';

/**
 * Brings a database to the state of this checkout: roles, numbered migrations, the queue's tables, views and functions of the KPIs.
 * May be repeated and run by several at once: they wait for each other. Throws when an applied file was edited, when the database
 * warned about a statement, and with the failing file's name.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const { directAdminUrl, roleSecret, generation = 1, log = () => {} } = options;
  const folder = options.folder ?? resolve(import.meta.dirname, '../../migrations');
  const ownerUrl = roleUrl(directAdminUrl, 'kpi_owner', roleSecret, generation);
  const queueUrl = roleUrl(directAdminUrl, 'kpi_queue', roleSecret, generation);
  return withDirectSession(directAdminUrl, async (admin) => {
    await takeMigrationLock(admin);
    await bootstrapRoles(admin, roleSecret, generation);
    const migrations = await runMigrations(ownerUrl, folder, log);
    await migrateQueue({ admin, ownerUrl, queueUrl, log });
    const kpiFiles = await applyKpiFiles(ownerUrl, join(folder, 'kpi'), log);
    return { migrations, kpiFiles };
  });
}

async function runMigrations(ownerUrl: string, folder: string, log: (message: string) => void): Promise<string[]> {
  const files = await readMigrations(folder);
  // One connection only: what is set on it holds for every file, and its warnings belong to the file that runs.
  const pool = new Pool({ connectionString: ownerUrl, max: 1, application_name: 'kpi-migrate' });
  pool.on('error', () => {});
  let refuseWarnings = (): void => {};
  pool.on('connect', (client) => {
    client.on('error', () => {});
    refuseWarnings = collectWarnings(client).refuse;
  });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await prepareOwner(db);
    await refuseEdited(db, files);
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => provide(files, () => refuseWarnings()) },
      migrationTableSchema: historySchema,
      migrationTableName: 'migration',
      migrationLockTableName: 'migration_lock',
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error !== undefined) {
      const reason = error instanceof Error ? error.message : JSON.stringify(error);
      throw new Error(failed === undefined ? reason : `migrations/${failed.migrationName}.sql failed: ${reason}`, { cause: error });
    }
    const applied = results.map((result) => result.migrationName);
    for (const name of applied) log(`migration ${name} applied`);
    return applied;
  } finally {
    await db.destroy();
  }
}

/** An owner under forced row-level security changes no row and hears nothing; with row_security off that is an error. */
async function prepareOwner(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `set row_security = off;
       alter default privileges revoke execute on functions from public;
       create schema if not exists ${historySchema};
       create table if not exists ${historySchema}.migration_file (name text primary key, sha256 text not null);`,
    )
    .execute(db);
}

async function refuseEdited(db: Kysely<unknown>, files: ReadonlyMap<string, string>): Promise<void> {
  const { rows } = await sql<{ name: string; sha256: string }>`
    select name, sha256 from ${sql.table(`${historySchema}.migration_file`)} order by name`.execute(db);
  for (const { name, sha256 } of rows) {
    const text = files.get(name);
    if (text === undefined)
      throw new Error(`migrations/${name}.sql was applied to this database and is gone: this checkout is older than the database.`);
    if (hash(text) !== sha256) {
      throw new Error(`migrations/${name}.sql was edited after it was applied: restore it and put the change into a new file.`);
    }
  }
}

function provide(files: ReadonlyMap<string, string>, refuseWarnings: () => void): Record<string, Migration> {
  const migrations = [...files].map(([name, text]): [string, Migration] => [
    name,
    {
      up: async (db: Kysely<unknown>) => {
        await sql.raw(text).execute(db);
        refuseWarnings();
        await sql`insert into ${sql.table(`${historySchema}.migration_file`)} (name, sha256) values (${name}, ${hash(text)})`.execute(db);
      },
    },
  ]);
  return Object.fromEntries(migrations);
}

async function readMigrations(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).toSorted();
  const files = new Map<string, string>();
  for (const name of names) {
    // A checkout with Windows line ends is the same migration.
    files.set(name.slice(0, -4), (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n'));
  }
  return files;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
