import type { Query } from './database.ts';
import { sqlFile } from './sql-file.ts';

export interface DatabaseFacts {
  /** As `server_version_num`: 160004 is 16.4. */
  readonly version: number;
  readonly version_text: string;
  readonly encoding: string;
  readonly recovering: boolean;
  /** Whether what was committed survives a crash of the machine. */
  readonly durable: boolean;
  readonly synchronous_commit: string;
  readonly max_connections: number;
  readonly sessions: number;
  /** Sessions that have held a transaction open for five minutes without doing anything. */
  readonly idle_transactions: number;
  /** Transactions since the oldest row that is not frozen; the server stops taking writes shortly before 2.1 thousand million. */
  readonly transaction_age: number;
  readonly encrypted: boolean;
  /** The server's clock, in milliseconds since 1970. */
  readonly clock_ms: number;
  readonly may_create_roles: boolean;
}

const FACTS = sqlFile('database-facts');

/** What of a server and a database decides whether this service can rely on them. */
export async function databaseFacts(query: Query): Promise<DatabaseFacts> {
  return (await query<DatabaseFacts & Record<string, unknown>>(FACTS)).rows[0]!;
}
