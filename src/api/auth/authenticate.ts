import { readHint, tenantIndex } from '../../clerk/tenant-hint.ts';
import type { Database } from '../../store/database.ts';
import { findServiceToken, looksLikeServiceToken, SCOPES } from '../../store/service-tokens.ts';
import { listTenants } from '../../store/tenants.ts';
import { organizationTenant, userAccess } from '../../store/user-access.ts';
import { ProblemError } from '../problem.ts';
import { USER_SCOPES, type Caller } from './caller.ts';
import { clerkSessions, KeysUnavailable, type ClerkSession, type ClerkSessionOptions } from './clerk-session.ts';

export interface AuthenticationOptions {
  readonly db: Database;
  /** Null: no session of Clerk is taken. */
  readonly clerk: (ClerkSessionOptions & { readonly operatorRole: string | null }) | null;
}

/**
 * Who sends a request, by its `authorization` header: a session of Clerk or a service token. Nothing else is looked at, and nobody is
 * somebody by default.
 * @returns a function that throws ProblemError: 401, always in the same words, or 503 when Clerk's keys cannot be read
 */
export function authentication({ db, clerk }: AuthenticationOptions): (header: string | undefined) => Promise<Caller> {
  const session = clerk === null ? null : clerkSessions(clerk);
  return async (header) => {
    const [, token] = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '') ?? [];
    if (token === undefined) throw unauthorized();
    if (looksLikeServiceToken(token)) {
      const known = await findServiceToken(db, token);
      if (known === null) throw unauthorized();
      const { id, scopes, tenantId } = known;
      return { id: `token:${id}`, scopes: new Set(scopes), tenants: tenantId === null ? 'all' : [tenantId], home: tenantId };
    }
    if (session === null || clerk === null) throw unauthorized();
    const said = await session(token).catch((error: unknown) => {
      if (!(error instanceof KeysUnavailable)) throw error;
      throw new ProblemError(
        {
          status: 503,
          code: 'authentication_unavailable',
          detail: { es: 'Por ahora no se puede comprobar quién pregunta.', en: 'Who asks cannot be checked at the moment.' },
          retryAfter: 5,
        },
        { cause: error },
      );
    });
    const caller = said === null ? null : await callerOf(db, said, clerk.operatorRole);
    if (caller === null) throw unauthorized();
    return caller;
  };
}

/**
 * What is known here of the user decides: it follows deletions and bans that a token signed a minute ago does not. Only of somebody who
 * is not known yet the token's own claims are taken.
 */
async function callerOf(db: Database, session: ClerkSession, operatorRole: string | null): Promise<Caller | null> {
  const id = `user:${session.userId}`;
  const known = await userAccess(db, session.userId);
  if (known?.barred === true) return null;
  const active = session.organizationId === null ? null : await organizationTenant(db, session.organizationId);
  const { tenants, role } = known ?? (await claimed(db, session, active));
  if (operatorRole !== null && role === operatorRole) return { id, scopes: new Set(SCOPES), tenants: 'all', home: null };
  const home = active !== null && tenants.includes(active) ? active : tenants.length === 1 ? tenants[0]! : null;
  return { id, scopes: USER_SCOPES, tenants, home };
}

async function claimed(db: Database, { metadata }: ClerkSession, active: string | null) {
  const hint = readHint(metadata, tenantIndex((await listTenants(db)).filter(({ status }) => status !== 'erased')));
  const role = typeof metadata['role'] === 'string' ? metadata['role'] : null;
  return { role, tenants: hint.stated === 'none' ? (active === null ? [] : [active]) : hint.tenants };
}

function unauthorized(): ProblemError {
  return new ProblemError({
    status: 401,
    code: 'unauthorized',
    detail: { es: 'Falta una credencial válida.', en: 'A valid credential is missing.' },
  });
}
