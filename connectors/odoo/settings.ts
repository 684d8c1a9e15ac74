import { z } from 'zod';

/** The address without a trailing slash and without Odoo's own paths, which people copy along from the browser. */
function trimAddress(address: string): string {
  return address
    .trim()
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/\/(web(\/login)?|odoo|jsonrpc|json\/2|xmlrpc(\/2)?)$/, '');
}

const address = z
  .string()
  .transform(trimAddress)
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'is not an http(s) address, e.g. https://erp.example.cl')
  // An address with credentials would carry them into error texts and the shared budget's key.
  .refine((value) => !URL.parse(value)?.username && !URL.parse(value)?.password, 'must not hold a user or password; use api_key');

const oneOrMore = z.union(
  [z.number(), z.string(), z.array(z.union([z.number(), z.string()]))],
  'is not the number of a company, nor a list of them',
);

/** `1`, `"1"`, `"1, 3"`, `[1, 3]`: sorted and unique, so that the same set is the same account however it was typed. */
const companyIds = oneOrMore
  .transform((value) => [value].flat().flatMap((part) => (typeof part === 'number' ? [part] : part.split(',').map(idOf))))
  .refine(
    (ids) => ids.length > 0 && ids.every((id) => Number.isSafeInteger(id) && id > 0),
    'must name companies by their numbers, e.g. 1 or [1, 3]',
  )
  .transform((ids) => [...new Set(ids)].toSorted((a, b) => a - b));

function idOf(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
}

const word = z.string().trim().min(1);

/** `WEB, SUR`, or a list. */
const words = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((part) => part.split(',')))
  .transform((parts) => [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))]);

/** What a connection to one Odoo database needs. `company_id` narrows a shared database down to one tenant. */
export const settings = z
  .object({
    base_url: address.describe('Address of the Odoo server, e.g. https://erp.example.cl'),
    db: word.optional().describe('Database name; needed below Odoo 19, with a password, and where one host serves several databases'),
    username: word.optional().describe('Login of the integration user; needed below Odoo 19 and with a password'),
    password: z.string().min(1).optional().describe('Password of that user; an API key is better').meta({ secret: true }),
    api_key: word.optional().describe('API key of the integration user (Preferences > Account Security)').meta({ secret: true }),
    company_id: companyIds.describe("Id of the tenant's company, or a list of ids when it has several"),
    transport: z
      .enum(['auto', 'json2', 'jsonrpc', 'xmlrpc'])
      .default('auto')
      .describe('How to talk to Odoo; auto takes JSON-2 from Odoo 19 on and JSON-RPC below'),
    shop_order_id_field: word
      .regex(/^[a-z_][a-z0-9_]*$/, 'is not the technical name of a field')
      .optional()
      .describe("Field of sale.order that holds the shop's order id, when it is none of the usual ones"),
    shop_store_field: word
      .regex(/^[a-z_][a-z0-9_]*$/, 'is not the technical name of a field')
      .optional()
      .describe('Field of sale.order that says of which shop an order is, when it is none of the usual ones'),
    shop_reference_prefixes: words
      .default([])
      .describe("What stands before the shop's order numbers: after one of these a number is a reference also without # (WEB1001)"),
    tip_codes: z
      .array(word)
      .default(['TIPS', 'PROPINA'])
      .describe('Internal references of products that are tips: lines of theirs are no product sold'),
    lang: word.default('es_CL').describe('Language that product names are read in'),
  })
  .refine((value) => value.api_key !== undefined || value.password !== undefined, {
    path: ['api_key'],
    error: 'give an api_key, or username and password',
  })
  .refine((value) => value.api_key !== undefined || value.username !== undefined, {
    path: ['username'],
    error: 'a password needs its username',
  });

export type OdooSettings = z.output<typeof settings>;
