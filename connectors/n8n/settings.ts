import { z } from 'zod';

/** The address without a trailing slash and without the API's own path, which people copy along. */
function trimAddress(address: string): string {
  return address
    .trim()
    .replace(/\/+$/, '')
    .replace(/\/api\/v1$/, '');
}

const address = z
  .string()
  .transform(trimAddress)
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'is not an http(s) address, e.g. https://n8n.example.cl')
  // An address with credentials would carry them into error texts and the shared budget's key.
  .refine((value) => !URL.parse(value)?.username && !URL.parse(value)?.password, 'must not hold a user or password; use api_key');

/** What a connection to one n8n instance needs. `tag` and `project_id` narrow a shared instance down to one tenant. */
export const settings = z.object({
  base_url: address.describe('Address of the instance, e.g. https://n8n.example.cl or https://example.cl/n8n'),
  api_key: z
    .string()
    .trim()
    .min(1)
    .describe('API key with the scopes workflow:list, execution:list and execution:read')
    .meta({ secret: true }),
  tag: z
    .string()
    .trim()
    .min(1)
    .refine((value) => !value.includes(','), 'must not hold a comma: the API separates tags by commas')
    .optional()
    .describe('Take only workflows with this tag, e.g. tenant:acme; absent: the whole instance'),
  project_id: z.string().trim().min(1).optional().describe('Take only workflows shared with this project'),
});

export type N8nSettings = z.output<typeof settings>;

/** What makes it the same account on a later connect: host and path of the instance. n8n shows no id of its own without a login. */
export function accountKey(of: N8nSettings): string {
  const url = new URL(of.base_url);
  return `${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
