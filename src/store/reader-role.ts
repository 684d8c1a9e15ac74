import { randomBytes } from 'node:crypto';
import type { DirectSession } from './direct-session.ts';
import { rolePassword, scramVerifier } from './role-urls.ts';

/** A tenant's login for reading, e.g. for Metabase. The password is derived, so nothing of it is stored. */
export interface Reader {
  readonly role: string;
  readonly password: string;
}

export interface ReaderOptions {
  /** Uuid of a tenant that has no reader yet. */
  readonly tenantId: string;
  readonly roleSecret: string;
  /** Generation of the role's password; default 1. */
  readonly generation?: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const READER = /^t_[a-z0-9]{12}$/;
/** Most that one statement of a reader may keep in temporary files. */
const SPILL = '4GB';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Makes the role with which one tenant reads its own rows, and enters it in `public.tenants`; both happen or neither. Its name is opaque,
 * as every reader can list the roles. What it may do is the group's (`kpi_reader`, inherited and not to be set); time zone, read-only
 * and the statement limit are defaults that the reader can change back: comfort, not walls. The walls are the policies.
 * @param admin superuser, or a role that may create roles and grant kpi_reader, and sees the tenant's row
 * @throws when the tenant is not there, has a reader already, or its time zone is unknown to the database
 */
export async function createReader(admin: DirectSession, options: ReaderOptions): Promise<Reader> {
  const { tenantId, roleSecret, generation = 1 } = options;
  if (!UUID.test(tenantId)) throw new Error(`a tenant is named by its uuid, not by "${tenantId}"; list them with: kpi tenant list`);
  const role = `t_${opaque(12)}`;
  const password = rolePassword(roleSecret, role, generation);
  // All parts are of fixed alphabets: uuid, [a-z0-9_], base64 and $:. A DO block takes no parameters.
  await admin.atomically(`
    do $create$
    declare zone text;
    begin
      select t.time_zone into zone from public.tenants t where t.id = '${tenantId}' and t.reader_role is null for update;
      if zone is null then
        raise exception 'tenant ${tenantId} is not there, or has a reader already' using hint = 'list them with: kpi tenant list';
      end if;
      create role ${role} login password '${scramVerifier(password, role)}';
      grant kpi_reader to ${role} with inherit true, set false;
      execute format('alter role ${role} set timezone = %L', zone);
      alter role ${role} set default_transaction_read_only = on;
      alter role ${role} set statement_timeout = '60s';
      -- This one the reader cannot change back: a sort must not fill the disk. Only a superuser may set it.
      if has_parameter_privilege('temp_file_limit', 'set') then alter role ${role} set temp_file_limit = '${SPILL}'; end if;
      update public.tenants set reader_role = '${role}' where id = '${tenantId}';
      if not found then raise exception 'the row of tenant ${tenantId} may not be changed by %', current_user; end if;
    end $create$`);
  return { role, password };
}

/**
 * Gives readers that were made before there was one, and the analyst, their limit of temporary files. Does nothing for an admin who may not.
 */
export async function limitReaders(admin: DirectSession): Promise<void> {
  await admin.run(`
    do $limit$
    declare reader name;
    begin
      if not has_parameter_privilege('temp_file_limit', 'set') then return; end if;
      for reader in
        select r.rolname from pg_roles r
        where r.rolcanlogin and (r.rolname = 'kpi_analyst' or exists (
            select from pg_auth_members m where m.member = r.oid and m.roleid = 'kpi_reader'::regrole and m.inherit_option))
          and not exists (select from pg_db_role_setting s, unnest(s.setconfig) x
            where s.setrole = r.oid and s.setdatabase = 0 and x like 'temp_file_limit=%')
      loop
        begin
          execute format('alter role %I set temp_file_limit = ''${SPILL}''', reader);
        exception when undefined_object then null; -- dropped meanwhile
        end;
      end loop;
    end $limit$`);
}

/** Gives a tenant's reader, if it has one, the time zone that the tenant has now: for sessions that begin from here on. */
export async function followTimeZone(admin: DirectSession, tenantId: string): Promise<void> {
  if (!UUID.test(tenantId)) throw new Error(`a tenant is named by its uuid, not by "${tenantId}"; list them with: kpi tenant list`);
  await admin.atomically(`
    do $follow$
    declare reader text; zone text;
    begin
      select t.reader_role, t.time_zone into reader, zone from public.tenants t where t.id = '${tenantId}';
      if reader is not null then execute format('alter role %I set timezone = %L', reader, zone); end if;
    end $follow$`);
}

/**
 * Removes a tenant's reader: the name in `public.tenants` first, so that sessions which are still open see nothing more, then the
 * sessions, then the role with whatever it was granted in this database. Does nothing for a role that is not there.
 */
export async function dropReader(admin: DirectSession, role: string): Promise<void> {
  if (!READER.test(role)) throw new Error(`"${role}" is no reader role; they are named t_ and twelve letters or digits`);
  await admin.atomically(`
    update public.tenants set reader_role = null where reader_role = '${role}';
    delete from ops.reader_passwords where role = '${role}'`);
  const [found] = await admin.run('select from pg_roles where rolname = $1', [role]);
  if (found === undefined) return;
  await admin.atomically(`alter role ${role} nologin`);
  await admin.run('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
  await admin.atomically(`drop role ${role}`).catch(async (error: unknown) => {
    // Somebody granted it something by hand. Only then, as not every admin may do this for another role.
    if ((error as { readonly code?: unknown }).code !== '2BP01') throw error;
    await admin.atomically(`drop owned by ${role}; drop role ${role}`);
  });
}

/** Random letters and digits, each equally likely: bytes beyond the last whole multiple of the alphabet are thrown away. */
function opaque(length: number): string {
  let name = '';
  while (name.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 252 && name.length < length) name += ALPHABET[byte % ALPHABET.length];
    }
  }
  return name;
}
