import type { Filter } from './dashboard.ts';

/** The period of whole local days: every card of a period needs it. */
export const period: readonly Filter[] = [
  { slug: 'desde', title: 'Desde', type: 'date', initial: 'first' },
  { slug: 'hasta', title: 'Hasta', type: 'date', initial: 'last' },
];

/** Where conversations come from. */
export const supportChannel: Filter = {
  slug: 'canal',
  title: 'Canal',
  type: 'text',
  initial: null,
  choices: ['WhatsApp', 'Email', 'Web', 'Otro'],
};

/** Where a sale was made, by the name that the company or its source gives it. */
export const salesChannel: Filter = { slug: 'canal', title: 'Canal de venta', type: 'text', initial: null };

/** Which system's document speaks for a sale. */
export const salesSource: Filter = { slug: 'origen', title: 'Origen', type: 'text', initial: null, choices: ['shopify', 'odoo'] };
