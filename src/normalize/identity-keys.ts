import { createHmac } from 'node:crypto';
import type { Identity, IdentityColumn } from '#contract';
import { isRelayDomain } from './relay-domains.ts';
import { parseRut } from './rut.ts';

type KeyKind = 'rut' | 'email' | 'email_domain' | 'phone' | 'source';

/**
 * The pseudonyms of a customer in a tenant: HMAC-SHA256 with the tenant's own key over each thing it may be recognised by (valid RUT
 * that is not generic, e-mail, phone in E.164), so that two records meet by any of them. A bare hash of a RUT would fall to trying all
 * of them in seconds. `identity_key` is the strongest; `fallback` names the record in its source, for those that have nothing else.
 */
export function identityKeys(
  tenant: { readonly identityKey: Buffer; readonly ownRut?: string },
  identity: Identity | undefined,
  fallback: string,
): Readonly<Record<IdentityColumn, string | null>> {
  const key = (kind: KeyKind, text: string | null) => (text === null ? null : keyOf(tenant.identityKey, kind, text));
  const rut = identity?.rut ? parseRut(identity.rut) : null;
  // Many people share a generic number (consumer without a name, foreigner), and an own one stands where none was known.
  const generic = rut !== null && rut.valid && (rut.isGeneric || rut.canonical === tenant.ownRut);
  const email = emailOf(identity?.email);
  const keys = {
    rut_key: key('rut', rut !== null && rut.valid && !generic ? rut.canonical : null),
    email_key: key('email', email?.address ?? null),
    domain_key: key('email_domain', email?.domain ?? null),
    phone_key: key('phone', phoneOf(identity?.phone)),
  };
  return {
    ...keys,
    identity_key: keys.rut_key ?? keys.email_key ?? keys.phone_key ?? keyOf(tenant.identityKey, 'source', fallback),
    rut_generic: rut === null || !rut.valid ? null : String(generic),
  };
}

/** The key of something a person typed as shared by many, or null when it is no such thing. */
export function sharedKey(tenantKey: Buffer, kind: 'rut' | 'email' | 'email_domain' | 'phone', typed: string): string | null {
  const rut = kind === 'rut' ? parseRut(typed) : null;
  const domain = typed.trim().toLowerCase().replace(/^@/, '');
  const text = {
    rut: rut?.valid === true ? rut.canonical : null,
    email: emailOf(typed)?.address ?? null,
    email_domain: /^[^\s@]+\.[^\s@]+$/.test(domain) ? domain : null,
    phone: phoneOf(typed),
  }[kind];
  return text === null ? null : keyOf(tenantKey, kind, text);
}

function keyOf(tenantKey: Buffer, kind: KeyKind, text: string): string {
  return createHmac('sha256', tenantKey).update(`${kind}:${text}`).digest('hex').slice(0, 32);
}

/** Trimmed and lower case; null for no address, and for one of a domain that forwards for many. */
function emailOf(typed: string | null | undefined): { readonly address: string; readonly domain: string } | null {
  const address = typed?.trim().toLowerCase() ?? '';
  const [, domain] = /^[^\s@]+@([^\s@]+)$/.exec(address) ?? [];
  return domain === undefined || isRelayDomain(domain) ? null : { address, domain };
}

function phoneOf(typed: string | null | undefined): string | null {
  const phone = typed?.replaceAll(/[\s().-]/g, '') ?? '';
  return /^\+\d{8,15}$/.test(phone) ? phone : null;
}
