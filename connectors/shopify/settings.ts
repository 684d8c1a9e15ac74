import { z } from 'zod';

/** The version every query here was written and checked against. */
export const API_VERSION = '2026-10';

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
