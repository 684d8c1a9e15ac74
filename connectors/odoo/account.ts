import type { OdooSettings } from './settings.ts';

/**
 * What makes it the same account: the database and the set of companies. `facts.database_uuid` is the database's own id, which
 * outlives a new address; without it the address and database name stand in.
 */
export function accountKey(settings: OdooSettings, facts: Readonly<Record<string, string>> = {}): string {
  const database = facts['database_uuid'] ?? `${settings.base_url.replace(/^https?:\/\//, '').toLowerCase()}/${settings.db ?? ''}`;
  return `${database}:${settings.company_id.join(',')}`;
}
