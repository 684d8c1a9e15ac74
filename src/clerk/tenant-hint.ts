import { parseRut } from '../normalize/rut.ts';

/** The companies that are here, to be found by what metadata call them. */
export interface TenantIndex {
  /** Tenant id by uuid (lower case) and by canonical RUT. */
  readonly byName: ReadonlyMap<string, string>;
}

/** What public metadata say of somebody's company. */
export interface TenantHint {
  /** none: nothing; unknown: at least one company that is not here, or something that names none; known: the rest. */
  readonly stated: 'none' | 'known' | 'unknown';
  /** Those that are here. */
  readonly tenants: readonly string[];
}

export function tenantIndex(tenants: readonly { readonly id: string; readonly rut: string }[]): TenantIndex {
  return { byName: new Map(tenants.flatMap(({ id, rut }) => [[id.toLowerCase(), id] as const, [rut, id] as const])) };
}

/**
 * Reads `tenant_id`, else `rut`: one or a list, each a tenant's uuid or a RUT in any spelling. What names no company here is not kept,
 * only that there was such a thing: it may be anything, even a person's RUT.
 */
export function readHint(metadata: Readonly<Record<string, unknown>> | null | undefined, tenants: TenantIndex): TenantHint {
  const given = [metadata?.['tenant_id'], metadata?.['rut']].find((value) => !isEmpty(value));
  if (given === undefined) return { stated: 'none', tenants: [] };
  const found = (Array.isArray(given) ? (given as unknown[]) : [given]).map((name) => tenantOf(name, tenants));
  const known = [...new Set(found.filter((id) => id !== null))].toSorted();
  return { stated: found.includes(null) ? 'unknown' : 'known', tenants: known };
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.length === 0)
  );
}

function tenantOf(name: unknown, { byName }: TenantIndex): string | null {
  if (typeof name !== 'string') return null;
  const rut = parseRut(name)?.canonical;
  return byName.get(name.trim().toLowerCase()) ?? (rut === undefined ? undefined : byName.get(rut)) ?? null;
}
