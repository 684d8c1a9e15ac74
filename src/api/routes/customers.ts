import { z } from 'zod';
import { sharedKey } from '../../normalize/identity-keys.ts';
import { listConnections } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { eraseCustomer, findPerson, TooManyRecords, type ErasureSubject } from '../../store/erase-customer.ts';
import { requireTenant } from '../auth/caller.ts';
import { ProblemError } from '../problem.ts';
import { nothing, route, type Route } from '../route.ts';
import { tenantParams } from './schemas.ts';

const KINDS = ['rut', 'email', 'phone', 'id'] as const;
const typed = z.string().trim().min(1).max(320).optional();
const count = z.int().min(0);
const BODY = z
  .strictObject({
    rut: typed.describe('RUT de la persona.'),
    email: typed.describe('Su correo.'),
    phone: typed.describe('Su teléfono, como +56912345678.'),
    id: z.guid().optional().describe('O su id en public.customers.'),
    records: z.int().min(1).optional().describe('Cuántos registros son la persona, cuando son muchos.'),
    dry_run: z.boolean().default(false).describe('Solo decir qué alcanzaría.'),
    reason: z.string().trim().min(1).max(500).describe('Por qué, sin nombres; queda en la auditoría.'),
  })
  .refine((body) => KINDS.filter((kind) => body[kind] !== undefined).length === 1, 'uno de rut, email, phone, id');
const ERASED = z.object({
  tenant_id: z.guid(),
  erased: z.boolean().describe('Falso si solo se miró.'),
  orders: count.describe('Pedidos que quedan, de nadie.'),
  records: z.array(
    z.object({
      id: z.guid(),
      connection_id: z.guid(),
      source: z.string(),
      source_id: z.string(),
      partly: z.boolean().describe('De una empresa: solo se quita el correo o teléfono de la persona.'),
    }),
  ),
  elsewhere: z
    .array(z.object({ source: z.string(), name: z.string(), host: z.string() }))
    .describe('Sistemas que aún la tienen: ahí también hay que borrarla.'),
});

/** A person's data taken out of a company's numbers, and kept out. What was typed is stored nowhere and repeated nowhere. */
export function customerRoutes(db: Database, identityKeyOf: (tenantId: string) => Buffer): Route[] {
  return [
    route({
      id: 'eraseCustomer',
      method: 'POST',
      path: '/api/operations/tenants/{tenant_id}/customers/erase',
      summary: 'Borra los datos de una persona; sus ventas quedan, de nadie.',
      scope: 'operate',
      params: tenantParams,
      query: nothing,
      body: BODY,
      success: { status: 200, description: 'Qué se borró.', schema: ERASED },
      problems: [409, 422],
      handle: async ({ params, body, caller, countTenant }) => {
        const tenant = await requireTenant(db, caller, params.tenant_id);
        await countTenant(tenant.id);
        const subject = subjectOf(identityKeyOf(tenant.id), body);
        const found = await findPerson(db, tenant.id, subject);
        if (subject.kind === 'customer' && found.records.length === 0)
          throw new ProblemError({
            status: 422,
            code: 'no_such_customer',
            detail: { es: 'La empresa no tiene un cliente con ese id.', en: 'The company has no customer of that id.' },
          });
        const author = { who: caller.id, reason: body.reason };
        const options = { author, ...(body.records === undefined ? {} : { records: body.records }) };
        const done = body.dry_run ? found : await eraseCustomer(db, tenant.id, subject, options).catch(tooMany);
        const elsewhere = (await listConnections(db, { tenantId: tenant.id })).map(({ source, name, host }) => ({ source, name, host }));
        return { tenant_id: tenant.id, erased: !body.dry_run, ...done, elsewhere };
      },
    }),
  ];
}

function subjectOf(tenantKey: Buffer, body: z.output<typeof BODY>): ErasureSubject {
  if (body.id !== undefined) return { kind: 'customer', key: body.id.toLowerCase() };
  const kind = (['rut', 'email', 'phone'] as const).find((one) => body[one] !== undefined)!;
  const key = sharedKey(tenantKey, kind, body[kind]!);
  if (key !== null) return { kind, key };
  throw new ProblemError({
    status: 422,
    code: 'not_identifiable',
    detail: {
      es: `Eso no es un ${kind} válido, o es uno que de todos modos no se guarda.`,
      en: `This is no valid ${kind}, or one that is never stored anyway.`,
    },
  });
}

function tooMany(error: unknown): never {
  if (!(error instanceof TooManyRecords)) throw error;
  throw new ProblemError(
    {
      status: 409,
      code: error.code,
      detail: {
        es: 'Son tantos registros que quizá sea un correo o teléfono de muchos: márquelo como compartido, o repita con records.',
        en: 'So many records may be an e-mail or phone that many use: mark it as shared, or repeat with records.',
      },
    },
    { cause: error },
  );
}
