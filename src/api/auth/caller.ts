import { parseRut } from '../../normalize/rut.ts';
import type { Database } from '../../store/database.ts';
import type { Scope } from '../../store/service-tokens.ts';
import { findAskedTenant, type AskedTenant } from '../../store/user-access.ts';
import { ProblemError } from '../problem.ts';

/** Who asks, once that is proved. */
export interface Caller {
  /** `user:user_2x…` or `token:<uuid>`: for limits and for the record of who asked for what. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly tenants: 'all' | readonly string[];
  /** The one meant when a request names none. */
  readonly home: string | null;
}

/** What a tenant's own users may ask for. */
export const USER_SCOPES: ReadonlySet<Scope> = new Set(['embed', 'query', 'read']);

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws ProblemError 403 */
export function requireScope(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  throw new ProblemError({
    status: 403,
    code: 'forbidden',
    detail: { es: 'Esta credencial no permite esta operación.', en: 'This credential does not allow this operation.' },
  });
}

/**
 * The tenant a request is about: by uuid or RUT in any spelling, or the caller's own when it names none. One that is not there and one
 * that is somebody else's are answered alike.
 * @throws ProblemError 404, or 400 when none is named and it is not clear which is meant
 */
export async function requireTenant(db: Database, caller: Caller, named: string | undefined): Promise<AskedTenant> {
  const wanted = named?.trim().toLowerCase() ?? caller.home;
  if (wanted === null)
    throw new ProblemError({
      status: 400,
      code: 'tenant_missing',
      detail: { es: 'Falta decir de qué empresa: tenant_id.', en: 'It is not said which company: tenant_id.' },
    });
  const uuid = UUID.test(wanted) ? wanted : null;
  const rut = uuid === null ? (parseRut(wanted)?.canonical ?? null) : null;
  const tenant = uuid === null && rut === null ? null : await findAskedTenant(db, uuid, rut);
  if (tenant === null || (caller.tenants !== 'all' && !caller.tenants.includes(tenant.id))) throw noSuchTenant();
  return tenant;
}

/** The same words whether there is none or it is another's. */
export function noSuchTenant(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'tenant_not_found',
    detail: { es: 'No hay tal empresa entre las suyas.', en: 'There is no such company among yours.' },
  });
}
