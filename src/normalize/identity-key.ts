import { createHmac } from 'node:crypto';
import type { Identity } from '#contract';
import { parseRut } from './rut.ts';

/**
 * The pseudonym of a customer in a tenant: HMAC-SHA256 with the tenant's own key over the first present of a valid RUT that is not
 * generic, the e-mail, the phone in E.164, the source's id. A bare hash of a RUT would fall to trying all of them in seconds.
 */
export function identityKey(tenantKey: Buffer, identity: Identity | undefined, fallback: string): string {
  return createHmac('sha256', tenantKey).update(strongest(identity, fallback)).digest('hex').slice(0, 32);
}

function strongest(identity: Identity | undefined, fallback: string): string {
  const rut = identity?.rut ? parseRut(identity.rut) : null;
  // Many people share a generic number (consumer without a name, foreigner): it identifies nobody.
  if (rut !== null && rut.valid && !rut.isGeneric) return `rut:${rut.canonical}`;
  const email = identity?.email?.trim().toLowerCase();
  if (email !== undefined && email.includes('@')) return `email:${email}`;
  const phone = identity?.phone?.replaceAll(/[\s().-]/g, '');
  if (phone !== undefined && /^\+\d{8,15}$/.test(phone)) return `phone:${phone}`;
  return `source:${fallback}`;
}
