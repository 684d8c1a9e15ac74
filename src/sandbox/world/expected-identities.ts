import { companiesOf } from './reporting.ts';
import { guestIds, listedCheckouts } from './shop-guests.ts';
import { usefulRut } from './useful-rut.ts';
import type { TenantSources } from './sales-ledger.ts';

interface Buyer {
  /** `source:id`. */
  readonly name: string;
  readonly marks: readonly string[];
}

/**
 * Who is one with whom, as the meaning of customers says: by RUT and e-mail; without either by phone; without anything by the company
 * they belong to. Returns the name of an identity: all its records in order. Null for nobody.
 */
export function expectedIdentities(sources: TenantSources): (source: string, customer: string) => string | null {
  const records = [...recordsOf(sources)];
  const byMark = new Map<string, Buyer[]>();
  for (const record of records) for (const mark of record.marks) byMark.set(mark, [...(byMark.get(mark) ?? []), record]);
  const names = new Map<string, string | null>();
  for (const start of records) {
    if (names.has(start.name)) continue;
    const found = new Set([start]);
    for (const record of found) for (const mark of record.marks) for (const other of byMark.get(mark) ?? []) found.add(other);
    const name = [...found]
      .map((record) => record.name)
      .sort()
      .join(' ');
    for (const record of found) names.set(record.name, name);
  }
  return (source, customer) => names.get(`${source}:${customer}`) ?? null;
}

function* recordsOf({ tenant, shops, database, anchor }: TenantSources): Generator<Buyer> {
  for (const shop of shops) {
    const known = new Set([...shop.orders, ...listedCheckouts(shop, anchor)].map(({ customerId }) => customerId));
    for (const { id, email, phone } of shop.customers) if (known.has(id)) yield buyer(`shopify:${id}`, { rut: null, email, phone });
    const guests = new Set(guestIds(shop, anchor));
    for (const { id, guest } of shop.orders) {
      if (guests.has(`guest:${id}`)) yield buyer(`shopify:guest:${id}`, { rut: null, email: guest!.email, phone: guest!.phone });
    }
    for (const { id, taxId } of shop.orders) {
      if (taxId !== null) yield buyer(`shopify:tax:${id}`, { rut: usefulRut(taxId, tenant.rut), email: null, phone: null });
    }
    for (const { id, phone } of shop.checkouts) {
      if (guests.has(`guest:checkout:${id}`)) yield buyer(`shopify:guest:checkout:${id}`, { rut: null, email: null, phone });
    }
  }
  if (database === null) return;
  const companies = companiesOf(tenant);
  for (const { id, vat, email, phone, commercialPartnerId, companyId } of database.partners) {
    if (companyId !== null && !companies.includes(companyId)) continue;
    const rut = usefulRut(vat, tenant.rut);
    yield buyer(`odoo:${id}`, { rut, email, phone }, `odoo:${commercialPartnerId}`);
  }
}

function buyer(
  name: string,
  { rut, email, phone }: { readonly rut: string | null; readonly email: string | null; readonly phone: string | null },
  company: string | null = null,
): Buyer {
  const strong = [...(rut === null ? [] : [`rut ${rut}`]), ...(email === null ? [] : [`mail ${email.trim().toLowerCase()}`])];
  const weak = strong.length > 0 ? [] : phone !== null ? [`phone ${phone}`] : company === null ? [] : [`record ${company}`];
  return { name, marks: [`record ${name}`, ...strong, ...weak] };
}
