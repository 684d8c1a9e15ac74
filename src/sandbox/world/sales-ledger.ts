import { timeOf } from './instants.ts';
import type { SalesDocument } from './document.ts';
import { localDays } from './local-day.ts';
import type { WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { Shop } from './shop-model.ts';
import { odooDocuments } from './odoo-documents.ts';
import { reporting, type Reported } from './reporting.ts';
import { shopDocument } from './shop-documents.ts';
import { isSale, speaking, type Voice } from './speaking.ts';

/** One document of a tenant with everything that follows from the others. */
export interface LedgerEntry {
  readonly document: SalesDocument;
  readonly day: string;
  readonly reported: Reported;
  readonly voice: Voice;
  readonly isSale: boolean;
}

export interface TenantSources {
  readonly tenant: WorldTenant;
  readonly shops: readonly Shop[];
  readonly database: OdooDatabase | null;
  /** The moment the warehouse is compared at. */
  readonly anchor: string;
}

/** Every sales document of one tenant, web orders first. */
export function* salesLedger({ tenant, shops, database, anchor }: TenantSources): Generator<LedgerEntry> {
  const day = localDays(tenant.timeZone);
  const report = reporting(tenant, database);
  const web = shops.flatMap((shop) => shop.orders.map((order) => shopDocument(order, shop)));
  const voiceOf = speaking(web, tenant.shops, timeOf(anchor));
  const entry = (document: SalesDocument): LedgerEntry => {
    const businessDay = day(document.time);
    const voice = voiceOf(document);
    return { document, day: businessDay, reported: report(document, businessDay), voice, isSale: isSale(document, voice) };
  };
  for (const document of web) yield entry(document);
  if (database === null) return;
  for (const document of odooDocuments(database, tenant)) yield entry(document);
}
