import { z } from 'zod';
import { TAX_ID_FROM, TAX_ID_PLACE } from './mapping/tax-id.ts';

/** The version every query here was written and checked against. */
export const API_VERSION = '2026-10';

/** `WEB, SUR`, or a list; blanks and repetitions are dropped. */
const words = (normalise: (word: string) => string) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(',')))
    .transform((parts) => [...new Set(parts.map((part) => normalise(part.trim())).filter((part) => part !== ''))]);

const secret = (description: string) => z.string().trim().min(1).optional().describe(description).meta({ secret: true });

/** What a connection to one shop needs. Either a static token, or the two credentials a Dev Dashboard app has. */
export const shopifySettings = z
  .strictObject({
    shop_domain: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'must be the permanent domain of the shop, like my-shop.myshopify.com')
      .describe('Permanent domain of the shop, ending in .myshopify.com (not the address customers see).'),
    access_token: secret('Admin API access token of an app that was created in the shop (shpat_…).'),
    client_id: z
      .string()
      .trim()
      .min(1)
      .optional()
      .describe('Client id of a Dev Dashboard app; used with client_secret instead of access_token.'),
    client_secret: secret('Client secret of the Dev Dashboard app.'),
    webhook_secret: secret('Secret that signs the webhooks of this app, when webhooks are used.'),
    api_version: z
      .string()
      .regex(/^(\d{4}-(01|04|07|10)|unstable)$/, 'must be an Admin API version such as 2026-10')
      .default(API_VERSION)
      .describe('Admin API version to ask for.'),
    tax_id_from: words((place) => place)
      .refine(
        (places) => places.every((place) => TAX_ID_PLACE.test(place)),
        'must name localized_field, attribute:<name>, billing_company or billing_address2',
      )
      .default([...TAX_ID_FROM])
      .describe(
        'Where the RUT typed at the checkout is, in the order it is looked for: localized_field (Shopify itself), attribute:<name> (what an app or the theme adds), billing_company, billing_address2. Empty: it is not read.',
      ),
    reference_prefixes: words((prefix) => prefix.replace(/[\s#_-]+$/, '').toUpperCase())
      .default([])
      .describe("What stands before this shop's order numbers in the books (WEB of WEB_#1001), where several shops have the same numbers."),
    erp_stores: words((store) => store.toLowerCase())
      .default([])
      .describe(
        'What its orders belong to in the books, where several shops have the same numbers: team:<name>, website:<id>, company:<id> or store:<id>.',
      ),
    api_base_url: z
      .url({ protocol: /^https?$/ })
      .transform((url) => new URL(url).origin)
      .optional()
      .describe('Send requests to this origin instead of https://<shop_domain>, for a proxy or the sandbox.'),
  })
  .refine((s) => s.access_token !== undefined || (s.client_id !== undefined && s.client_secret !== undefined), {
    message: 'needs access_token, or client_id and client_secret together',
    path: ['access_token'],
  });

export type ShopifySettings = z.output<typeof shopifySettings>;
