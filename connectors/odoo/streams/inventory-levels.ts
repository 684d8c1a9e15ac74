import { defineStream, type Page, type ReadContext, type Stream } from '#contract';
import { z } from 'zod';
import { openClient, type Domain, type OdooClient } from '../client.ts';
import { readCompanies, readCompanyPartners } from '../companies.ts';
import { collect } from '../mapping/collect.ts';
import { mapInventoryLevel, QUANT_FIELDS, QUANT_REQUIRED } from '../mapping/inventory-level.ts';
import { companyDomain } from '../company-domain.ts';
import type { OdooSettings } from '../settings.ts';
import { allById, watermarkSchema } from '../window.ts';
import { NOTICES } from '../notices.ts';
import { lackingFields } from '../windowed-stream.ts';

/** How often a walk starts again when stock moved under it, before the engine is left to hold what disagrees. */
const ATTEMPTS = 3;

/**
 * Stock on hand as one complete state. Never read by what changed: Odoo merges and deletes quants by SQL, without a new
 * `write_date` (seen on 19.0).
 */
export const inventoryLevels: Stream<OdooSettings> = defineStream<OdooSettings, string, null>({
  name: 'inventory_levels',
  description: 'Stock on hand in internal places, as a full snapshot',
  entities: ['inventory_level'],
  cursorVersion: 1,
  overlapSeconds: 0,
  backfill: 'none',
  deletions: 'snapshot',
  intervalSeconds: 900,
  watermark: watermarkSchema,
  walk: z.null(),
  read: (context, request) => readSnapshot(context, request.watermark),
});

async function* readSnapshot(context: ReadContext<OdooSettings>, watermark: string | null): AsyncGenerator<Page, void, void> {
  const client = await openClient(context);
  const readable = await client.fields('stock.quant');
  if (readable === null) {
    yield { drafts: [], rejects: [], cursor: { v: 1, watermark, walk: null }, end: true, notices: [NOTICES.modelMissing('stock.quant')] };
    return;
  }
  const lacking = QUANT_REQUIRED.filter((field) => !readable.has(field));
  if (lacking.length > 0) throw lackingFields('stock.quant', lacking);
  const partners = await readCompanyPartners(client, await readCompanies(client, context.settings.company_id));
  const { quants, counted } = await countedQuants(
    client,
    [...companyDomain(context.settings, false), ['location_id.usage', '=', 'internal']],
    QUANT_FIELDS.filter((field) => readable.has(field)),
  );
  yield {
    ...collect(quants, (quant) => mapInventoryLevel(quant, partners)),
    cursor: { v: 1, watermark: client.server.date, walk: null },
    end: true,
    covered: { from: client.server.date, until: client.server.date },
    snapshot: { entities: ['inventory_level'], counted },
  };
}

/** Every quant and Odoo's own count of them, read again while the two disagree: stock moves while it is read. */
async function countedQuants(
  client: OdooClient,
  domain: Domain,
  fields: readonly string[],
): Promise<{ readonly quants: readonly unknown[]; readonly counted: number }> {
  for (let attempt = 1; ; attempt++) {
    const quants: unknown[] = [];
    for await (const page of allById(client, 'stock.quant', { domain, fields, limit: 2000 })) quants.push(...page);
    const counted = await client.count('stock.quant', domain);
    if (counted === quants.length || attempt === ATTEMPTS) return { quants, counted };
  }
}
