import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface TableSize {
  readonly name: string;
  /** With its indexes. */
  readonly bytes: number;
  readonly live: number;
  /** Row versions that nobody needs and no vacuum has taken yet. */
  readonly dead: number;
  readonly never_analysed: boolean;
}

export interface Storage {
  readonly bytes: number;
  /** Largest first. */
  readonly tables: readonly TableSize[];
  /** Folder of the server's data on its machine; null when the role may not know. */
  readonly folder: string | null;
}

const TABLES = sqlFile('storage');
const FOLDER = `select case when pg_has_role(current_user, 'pg_read_all_settings', 'usage') then current_setting('data_directory') end as folder,
  pg_database_size(current_database())::float8 as bytes`;

/** How large the database is and where that goes. */
export async function storageOf(query: Query): Promise<Storage> {
  const { folder, bytes } = (await query<{ folder: string | null; bytes: number }>(FOLDER)).rows[0]!;
  return { bytes, folder, tables: (await query<TableSize & Record<string, unknown>>(TABLES)).rows };
}
