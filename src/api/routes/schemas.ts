import { z } from 'zod';

/** A company as a request names it. */
const tenantName = z.string().min(1).max(64).describe('Empresa: uuid, o RUT en cualquier escritura.');

export const tenantQuery = z.strictObject({
  tenant_id: tenantName.optional().describe('Empresa: uuid o RUT; se puede omitir si la credencial es de una sola.'),
});
export const tenantParams = z.object({ tenant_id: tenantName });
export const namedTenant = tenantName;

/** A local day of the tenant. */
export const day = z.iso.date();

/** A value of an answer: bigint and numeric are text, so that no digit is lost. */
const value = z.unknown();
export const columns = z.array(z.object({ name: z.string(), type: z.string().describe('Tipo de PostgreSQL.') }));
export const rows = z.array(z.array(value)).describe('Una lista por fila, en el orden de columns. bigint y numeric van como texto.');
export const truncated = z.enum(['rows', 'bytes']).nullable().describe('Qué límite cortó la respuesta; null si está completa.');
