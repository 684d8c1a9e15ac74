import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Database } from './database.ts';

/** What one may ask the gateway for. */
export const SCOPES = ['embed', 'query', 'read', 'operate', 'provision'] as const;
export type Scope = (typeof SCOPES)[number];

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: every tenant. */
  readonly tenantId: string | null;
  readonly days: number;
  readonly createdBy: string;
}

export interface ListedToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly tenant_id: string | null;
  readonly rut: string | null;
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  /** UTC day. */
  readonly last_used_day: string | null;
  readonly revoked_at: Date | null;
}

/** A token that holds: what it may ask, and about whom. */
export interface KnownToken {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly tenantId: string | null;
}

const ADD = `insert into ops.service_tokens (id, name, sha256, scopes, tenant_id, created_by, expires_at)
  values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(days => $7))`;
const AUDIT = 'insert into ops.audit (actor, tenant_id, action, details) values ($1, $2, $3, $4)';
const LIST = `select k.id, k.name, k.scopes, k.tenant_id, t.rut, k.created_by, k.created_at, k.expires_at,
    k.last_used_day::text as last_used_day, k.revoked_at
  from ops.service_tokens k left join public.tenants t on t.id = k.tenant_id order by k.created_at desc, k.id`;
const REVOKE = 'update ops.service_tokens set revoked_at = clock_timestamp() where id = $1 and revoked_at is null returning tenant_id';
const FIND = `select sha256, scopes, tenant_id, last_used_day = (clock_timestamp() at time zone 'UTC')::date as used_today
  from ops.service_tokens where id = $1 and revoked_at is null and expires_at > clock_timestamp()`;
const USED = "update ops.service_tokens set last_used_day = (clock_timestamp() at time zone 'UTC')::date where id = $1";

/** `kpi_<id>_<secret>`: the beginning tells people and secret scanners what it is. */
const FORM = /^kpi_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;
const NOBODY = Buffer.alloc(32);

/** Makes a token. @returns it, for the only time: nothing that is kept leads back to it */
export async function createServiceToken(db: Database, token: NewToken): Promise<{ readonly id: string; readonly token: string }> {
  const id = randomUUID();
  const secret = randomBytes(32).toString('base64url');
  const { name, scopes, tenantId, createdBy, days } = token;
  await db.transaction(tenantId ?? '', async ({ query }) => {
    await query(ADD, [id, name, hashOf(secret), scopes, tenantId, createdBy, days]);
    await query(AUDIT, [createdBy, tenantId, 'token create', { id, name, scopes, days }]);
  });
  return { id, token: `kpi_${id.replaceAll('-', '')}_${secret}` };
}

/** All of them, those that hold no longer included. */
export async function listServiceTokens(db: Database): Promise<ListedToken[]> {
  return (await db.query<ListedToken>(LIST)).rows;
}

/** From now on it is refused. @returns false when there is no such token that was not revoked before */
export async function revokeServiceToken(db: Database, id: string, by: string): Promise<boolean> {
  return db.transaction('', async ({ query }) => {
    const revoked = (await query<{ tenant_id: string | null }>(REVOKE, [id])).rows[0];
    if (revoked === undefined) return false;
    await query(AUDIT, [by, revoked.tenant_id, 'token revoke', { id }]);
    return true;
  });
}

/** Whether a text has the form of such a token; says nothing about its holding. */
export function looksLikeServiceToken(text: string): boolean {
  return FORM.test(text);
}

/** The token, when it is one of ours, not revoked and not expired; else null, without a word about which of these it was. */
export async function findServiceToken(db: Database, text: string): Promise<KnownToken | null> {
  const [, hex, secret] = FORM.exec(text) ?? [];
  if (hex === undefined || secret === undefined) return null;
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  type Row = { sha256: Buffer; scopes: Scope[]; tenant_id: string | null; used_today: boolean | null };
  const row = (await db.query<Row>(FIND, [id])).rows[0];
  // Compared in constant time, and for an unknown id as well: how long it takes says nothing.
  const same = timingSafeEqual(hashOf(secret), row?.sha256 ?? NOBODY);
  if (row === undefined || !same) return null;
  if (row.used_today !== true) await db.query(USED, [id]);
  return { id, scopes: row.scopes, tenantId: row.tenant_id };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
