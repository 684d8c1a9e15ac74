import type { DirectSession } from './direct-session.ts';
import { serviceRoles } from './role-urls.ts';

/**
 * Closes one database to everyone but the service's roles, which must exist: PUBLIC loses CONNECT, TEMP and the schema public, the
 * writer gets TEMP, the owner may make schemas. To be done for each database, as a copy does not inherit these rights from its template.
 */
export async function closeDatabase(admin: DirectSession): Promise<void> {
  const superuser = await isSuperuser(admin);
  const [row] = await admin.run<{ name: string; strangers: string | null; supabase: string | null; filling: string }>(`
    select quote_ident(current_database()) as name,
      -- Supabase's own services log in by what PUBLIC may do; they keep it by name.
      case when to_regrole('authenticator') is not null then
        (select string_agg(quote_ident(r.rolname), ', ') from pg_roles r where r.rolcanlogin and r.rolname not like 'kpi\\_%'
         and not pg_has_role(r.oid, 'kpi_reader', 'usage')
         and exists (select from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
                     where d.datname = current_database() and a.grantee = 0 and a.privilege_type = 'CONNECT')) end as strangers,
      (select string_agg(quote_ident(rolname), ', ') from pg_roles where rolname in ('anon', 'authenticated')) as supabase,
      (select string_agg('pg_catalog.' || p.oid::regprocedure, ', ') from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace
        and p.proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'pg_logical_emit_message')) as filling`);
  if (row === undefined) throw new Error('The database did not name itself.');
  const { name, strangers, supabase, filling } = row;
  const statements = [
    strangers === null ? '' : `grant connect, temporary on database ${name} to ${strangers};`,
    `revoke connect, temporary, create on database ${name} from public;`,
    `grant connect on database ${name} to ${serviceRoles.join(', ')}, kpi_reader;`,
    // The stage of each batch is a temporary table.
    `grant temporary on database ${name} to kpi_writer;`,
    `grant create on database ${name} to kpi_owner;`,
    'revoke all on schema public from public;',
    'grant usage, create on schema public to kpi_owner with grant option;',
    supabase === null ? '' : `revoke all on schema public from ${supabase};`,
    // A reader with SQL could fill the disk with large objects, or with messages in the write-ahead log, in a read-only transaction too.
    // Only their owner, a superuser, can take this from PUBLIC; elsewhere isolationFindings() tells of it.
    superuser ? `revoke execute on function ${filling} from public;` : '',
    // In a DO block a reader could swallow the end of its time and go on for ever. Those who make functions keep the language.
    superuser ? `revoke usage on language plpgsql from public; grant usage on language plpgsql to kpi_owner, kpi_queue;` : '',
  ];
  await admin.atomically(statements.join('\n'));
}

/** Whether the session's role is a superuser. */
export async function isSuperuser(admin: DirectSession): Promise<boolean> {
  const [row] = await admin.run<{ rolsuper: boolean }>('select rolsuper from pg_roles where rolname = current_user');
  return row?.rolsuper === true;
}
