import type { OrderSketch } from './odoo-book.ts';

/** How a sale written in the ERP itself went. */
export interface ErpScenario {
  readonly share: number;
  readonly state: OrderSketch['state'] | 'draft or sent';
  readonly delivery: OrderSketch['deliveryStatus'];
  readonly invoice: OrderSketch['invoiceStatus'];
  readonly locked?: true;
  readonly website?: true;
  /** Sold at half past eleven at night, when it is already tomorrow in UTC. */
  readonly late?: true;
  readonly currency?: 'UF' | 'USD' | 'EUR';
  readonly customer?: 'sister company' | 'other tenant' | 'branch of the sister company';
  readonly lines?:
    'discounts' | 'discount line' | 'paid by gift card' | 'free' | 'sections' | 'wine' | 'exempt' | 'many' | 'dozens' | 'odd unit';
}

const done = { state: 'sale', delivery: 'full', invoice: 'invoiced' } as const;
const open = { state: 'sale', delivery: 'pending', invoice: 'to invoice' } as const;

/** Every company has these. */
export const ERP_SCENARIOS = {
  completed: { ...done, share: 0 },
  open: { ...open, share: 0.08 },
  'locked but open': { ...open, share: 0.06, locked: true },
  'partly delivered': { ...open, share: 0.03, delivery: 'partial', invoice: 'invoiced' },
  'delivery started': { ...open, share: 0.02, delivery: 'started' },
  upselling: { ...done, share: 0.02, invoice: 'upselling' },
  'nothing to deliver': { ...done, share: 0.06, delivery: null },
  'invoiced elsewhere': { ...done, share: 0.05, invoice: 'to invoice' },
  quotation: { share: 0.08, state: 'draft or sent', delivery: null, invoice: 'no' },
  'website cart': { share: 0.03, state: 'draft', delivery: null, invoice: 'no', website: true },
  'website sale': { ...done, share: 0.05, website: true },
  'late at night': { ...done, share: 0.05, late: true },
  uf: { ...done, share: 0.05, currency: 'UF', delivery: null },
  usd: { ...done, share: 0.03, currency: 'USD' },
  cancelled: { share: 0.04, state: 'cancel', delivery: null, invoice: 'no' },
  discounts: { ...done, share: 0.06, lines: 'discounts' },
  'discount line': { ...done, share: 0.04, lines: 'discount line' },
  'paid by gift card': { ...done, share: 0.02, lines: 'paid by gift card' },
  free: { ...done, share: 0.02, lines: 'free' },
  sections: { ...open, share: 0.03, lines: 'sections' },
  exempt: { ...done, share: 0.03, lines: 'exempt' },
  'many lines': { ...done, share: 0.02, lines: 'many' },
  dozens: { ...done, share: 0.04, lines: 'dozens' },
  'in a unit of another kind': { ...done, share: 0.01, lines: 'odd unit' },
} as const satisfies Record<string, ErpScenario>;

/** Only where a company has a sister company in the same tenant. */
export const GROUP_SCENARIOS = {
  'to the sister company': { ...done, share: 0.02, customer: 'sister company' },
  'to a branch of the sister company': { ...done, share: 0.01, customer: 'branch of the sister company' },
  'to another tenant': { ...done, share: 0.02, customer: 'other tenant' },
} as const satisfies Record<string, ErpScenario>;

/** Only in the database's other tenant. */
export const OTHER_SCENARIOS = {
  euro: { ...done, share: 0.03, currency: 'EUR' },
  wine: { ...done, share: 0.08, lines: 'wine' },
} as const satisfies Record<string, ErpScenario>;
