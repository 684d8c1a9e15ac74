import type { Connector } from '#contract';
import { chatwoot } from './chatwoot/index.ts';
import { n8n } from './n8n/index.ts';
import { odoo } from './odoo/index.ts';
import { shopify } from './shopify/index.ts';

/** Every source system there is. A fifth connector is a folder beside these and one line here. */
export const connectors = [odoo, shopify, chatwoot, n8n] as const satisfies readonly Connector[];
