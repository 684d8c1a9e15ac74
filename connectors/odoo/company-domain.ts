import type { Domain } from './client.ts';
import type { OdooSettings } from './settings.ts';

/** Without it, records of every company of the user come along. */
export function companyDomain(settings: OdooSettings, shared: boolean): Domain {
  const own = ['company_id', 'in', settings.company_id] as const;
  return shared ? ['|', ['company_id', '=', false], own] : [own];
}
