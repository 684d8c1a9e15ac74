import type { Database } from './database.ts';

export interface MissingReader {
  readonly rut: string;
  readonly company_name: string;
  /** The role that ought to be there; null: none was ever made. */
  readonly role: string | null;
}

const MISSING = `select t.rut, t.company_name, t.reader_role as role from public.tenants t
  where t.status <> 'erased' and not exists (
    select from pg_roles r where r.rolname = t.reader_role and r.rolcanlogin and pg_has_role(r.oid, 'kpi_reader', 'usage'))
  order by t.company_name, t.rut`;

/** Companies whose database role is not on the server, or is not of the readers: a restored dump brings no roles along. */
export async function missingReaders(db: Database): Promise<MissingReader[]> {
  return (await db.query<MissingReader>(MISSING)).rows;
}
