import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Query } from './database.ts';

/**
 * Opens a connection of its own, hands `work` a read-only transaction on it, and closes it: for looking at a database that may be slow,
 * full or gone. No wait is longer than `limitMs`, on our side as on the server's; nothing is sent that a transaction pooler refuses.
 * @throws what the driver says
 */
export async function inspect<T>(url: string, limitMs: number, work: (query: Query, client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'kpi-doctor',
    connectionTimeoutMillis: limitMs,
    query_timeout: limitMs,
  });
  // The rejection of the running statement says the same; without a listener the event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin read only');
    await client.query(`select set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true)`, [String(limitMs)]);
    return await work((text, values = []) => client.query(text, [...values]), client);
  } finally {
    // A server that does not answer does not say goodbye either.
    await Promise.race([client.end().catch(() => undefined), sleep(500, undefined, { ref: false })]);
  }
}
