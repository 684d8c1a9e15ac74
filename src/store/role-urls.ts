import { createHmac, pbkdf2Sync, createHash } from 'node:crypto';

/** The service's own roles; tenants' reader roles come on top, each with an opaque name. */
export const serviceRoles = ['kpi_owner', 'kpi_queue', 'kpi_writer', 'kpi_analyst'] as const;

/** Password of a role: derived, so that nothing has to be stored, and rotated by the next generation. */
export function rolePassword(roleSecret: string, role: string, generation = 1): string {
  return createHmac('sha256', roleSecret).update(`${role}:${generation}`).digest('hex');
}

/**
 * A URL for `role` at the place of `baseUrl`. Supabase's pooler finds the project by a suffix of the user name
 * (`postgres.abcdefghijklmnopqrst`), so a suffix of that form is kept.
 */
export function roleUrl(baseUrl: string, role: string, roleSecret: string, generation = 1): string {
  const url = new URL(baseUrl);
  const suffix = /\.[a-z0-9]{20}$/.exec(decodeURIComponent(url.username))?.[0] ?? '';
  url.username = encodeURIComponent(role + suffix);
  url.password = rolePassword(roleSecret, role, generation);
  return url.href;
}

/**
 * What Postgres stores for a password (RFC 5803: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`), computed here so that the password
 * itself is in no statement and in no log. The salt is derived as well: the same password gives the same text, and setting it
 * again can be left out.
 */
export function scramVerifier(password: string, role: string): string {
  const iterations = 4096;
  const salt = createHash('sha256').update(`${role}:${password}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${sign('Server Key').toString('base64')}`;
}
