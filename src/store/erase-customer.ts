import { audit, type Author } from './audit.ts';
import { settleCustomers } from './customer-effects.ts';
import type { Database, Query } from './database.ts';
import { EffectsCollector } from './effects.ts';
import { lockFamilies } from './family-lock.ts';
import { sqlFile } from './sql-file.ts';
import { tenantSettings } from './tenants.ts';

/** Whom it is about: a pseudonym made of what was typed, or the id of a row of public.customers. */
export interface ErasureSubject {
  readonly kind: 'rut' | 'email' | 'phone' | 'customer';
  readonly key: string;
}

/** A record of the person in one of the sources. */
export interface PersonRecord {
  readonly id: string;
  readonly connection_id: string;
  readonly source: string;
  readonly source_id: string;
  /** A company's, of which only the person's e-mail or phone is taken. */
  readonly partly: boolean;
}

export interface CustomerErasure {
  readonly records: readonly PersonRecord[];
  /** Orders that stay, with amounts, folio and dates. */
  readonly orders: number;
}

/** So many records are no one person: probably a shared e-mail or phone. Nothing was changed. */
export class TooManyRecords extends Error {
  override readonly name = 'TooManyRecords';
  readonly code = 'too_many_records';
  readonly advice: string;

  constructor(records: number) {
    super(`${records} records are one identity here: probably an e-mail or a phone that many use`);
    this.advice = `Say that it is shared (kpi identity shared) and try again; or, if they are all the same person, add --records ${records}`;
  }
}

interface Found extends PersonRecord {
  /** Only because the person typed it at the checkout: the record is theirs, its RUT may be another's. */
  readonly typed: boolean;
  readonly rut_key: string | null;
  readonly email_key: string | null;
  readonly phone_key: string | null;
}

/** More records than this need a person's word. */
const FEW = 20;
const FIND = sqlFile('erase-find');
const BLANK = sqlFile('erase-customers');
const PAYLOADS = sqlFile('erase-payloads');
const REFUSALS = sqlFile('erase-refusals');
// What many share, by a person's word, tells nobody apart: it must not keep others out.
const REMEMBER = `insert into ops.erased (tenant_id, kind, key)
  select $1, k.kind, k.key from unnest($2::text[], $3::text[]) as k(kind, key)
  where not exists (select from kpi.shared_keys s where s.tenant_id = $1 and s.kind = k.kind and s.key = k.key)
  on conflict do nothing`;
const ORDERS = `select count(*)::int as n from public.source_orders 
  where tenant_id = $1 and (customer_id = any ($2::uuid[]) or billed_to_id = any ($2::uuid[]))`;

/** What an erasure would concern, changing nothing. */
export async function findPerson(db: Database, tenantId: string, subject: ErasureSubject): Promise<CustomerErasure> {
  return db.transaction(tenantId, async ({ query }) => {
    const found = await find(query, tenantId, subject);
    return describe(query, tenantId, found);
  });
}

/**
 * Erases a person's data of a tenant, in one transaction under the sales lock: personal columns, pseudonyms and payloads of every record
 * that is one with the person, and what quarantine holds of them. Their orders stay, of nobody. The pseudonyms go to `ops.erased`, so that
 * no later sync or backfill stores again what the source still has; also those of somebody who is not here yet.
 * @param records how many a person said they are, when there are more than a few
 * @throws TooManyRecords
 */
export async function eraseCustomer(
  db: Database,
  tenantId: string,
  subject: ErasureSubject,
  options: { readonly author: Author; readonly records?: number },
): Promise<CustomerErasure> {
  return db.transaction(tenantId, async ({ query }) => {
    await lockFamilies(query, tenantId, ['sales'], new Map());
    const found = await find(query, tenantId, subject);
    if (found.length > FEW && found.length !== options.records) throw new TooManyRecords(found.length);
    const whole = found.filter(({ partly }) => !partly).map(({ id }) => id);
    const partly = found.filter((one) => one.partly).map(({ id }) => id);
    await query(REMEMBER, [tenantId, ...keysOf(subject, found)]);
    await query(BLANK, [tenantId, whole, partly, [subject.key]]);
    await query(PAYLOADS, [tenantId, whole]);
    await query(REFUSALS, [tenantId]);
    const effects = new EffectsCollector(await tenantSettings(query, tenantId), null);
    effects.addIds('customer', [...whole, ...partly]);
    await settleCustomers(query, effects, new Set());
    const erased = await describe(query, tenantId, found);
    const told = { by: subject.kind, records: found.length, orders: erased.orders };
    await audit(query, tenantId, options.author, 'customer.erase', told);
    return erased;
  });
}

/** The records of one person, within a transaction of the tenant. */
export async function personRecords(query: Query, tenantId: string, subject: ErasureSubject): Promise<readonly PersonRecord[]> {
  return find(query, tenantId, subject);
}

async function find(query: Query, tenantId: string, { kind, key }: ErasureSubject): Promise<Found[]> {
  return (await query<Found & Record<string, unknown>>(FIND, [tenantId, kind, key])).rows;
}

async function describe(query: Query, tenantId: string, found: readonly Found[]): Promise<CustomerErasure> {
  const whole = found.filter(({ partly }) => !partly).map(({ id }) => id);
  const { n: orders } = (await query<{ n: number }>(ORDERS, [tenantId, whole])).rows[0]!;
  const records = found.map(({ id, connection_id, source, source_id, partly }) => ({ id, connection_id, source, source_id, partly }));
  return { records, orders };
}

/** Kinds and keys, one array each. */
function keysOf(subject: ErasureSubject, found: readonly Found[]): [string[], string[]] {
  const keys = [subject];
  for (const { id, partly, typed, rut_key, email_key, phone_key } of found) {
    if (partly) continue;
    keys.push({ kind: 'customer', key: id });
    if (rut_key !== null && !typed) keys.push({ kind: 'rut', key: rut_key });
    if (email_key !== null) keys.push({ kind: 'email', key: email_key });
    if (phone_key !== null) keys.push({ kind: 'phone', key: phone_key });
  }
  return [keys.map(({ kind }) => kind), keys.map(({ key }) => key)];
}
