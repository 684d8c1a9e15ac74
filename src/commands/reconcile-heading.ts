import type { TenantRow } from '../store/tenants.ts';

/** Whose numbers follow, of what period and in which currency: a table without it is worth nothing in a mail. */
export function companyLine(
  { company_name: name, rut }: Pick<TenantRow, 'company_name' | 'rut'>,
  period: string,
  currency: string,
): string {
  return `  ${name} (${rut}), ${period}, ${currency}`;
}

/** The day an instant belongs to in a zone, `YYYY-MM-DD`. */
export function localDay(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(instant));
}
