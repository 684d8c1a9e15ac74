import { z } from 'zod';
import { CURRENCY_DECIMALS } from './currencies.ts';
import { isDay } from './local-instant.ts';
import type { TenantSetting } from './tenant-setting.ts';

const DOCUMENTS = ['boleta', 'factura', 'voucher', 'external'] as const;

/** `CLP=1,USD=0.01` → `{"CLP": 1, "USD": 0.01}`, as JSON: each value exactly as typed. Empty: nothing differs from the default. */
const amounts = pairs((currency, amount) => (currency in CURRENCY_DECIMALS || currency === 'CLF') && /^\d{1,6}(\.\d{1,4})?$/.test(amount), {
  write: (amount) => amount,
  wrong: 'must be currency=amount pairs like CLP=1,USD=0.01, separated by commas',
});
const documents = pairs((name, document) => name !== '' && DOCUMENTS.some((known) => known === document), {
  write: (document) => JSON.stringify(document),
  wrong: `must be gateway=document or channel=document pairs, separated by commas; documents are ${DOCUMENTS.join(', ')}`,
});

/** What decides how the shop is reconciled with the books; a comparison reads them, nothing is stored anew when they change. */
export const RECONCILIATION_SETTINGS = {
  reconcile_grace_minutes: {
    column: 'reconcile_grace_minutes',
    schema: wholeNumber(10_080, 'minutes, at most a week of them'),
    describe: 'minutes a web order may take to reach Odoo before it is missing there; default 60',
    recompute: [],
  },
  reconcile_days: {
    column: 'reconcile_days',
    schema: wholeNumber(365, 'days, at most a year of them'),
    describe: 'days after which a boleta, factura, credit note or payment that is not there is a finding; default 5',
    recompute: [],
  },
  reconcile_from: {
    column: 'reconcile_from',
    read: 'reconcile_from::text',
    schema: z
      .string()
      .refine((text) => text === 'none' || isDay(text), 'must be a day like 2026-01-01, or none')
      .transform((text) => (text === 'none' ? null : text)),
    describe: 'first local day that is reconciled, or none: what came before is out of scope; default none',
    recompute: [],
  },
  reconcile_pos: {
    column: 'reconcile_pos',
    schema: z.enum(['yes', 'no'], 'must be yes or no').transform((word) => word === 'yes'),
    describe: "whether the shop's point-of-sale orders must be in Odoo; yes (default) or no",
    recompute: [],
  },
  reconcile_total_tolerance: {
    column: 'reconcile_total_tolerance',
    schema: amounts,
    describe: 'by currency, what two totals may differ by and be rounding, e.g. USD=0.01; default 0 of each',
    recompute: [],
  },
  reconcile_tax_tolerance: {
    column: 'reconcile_tax_tolerance',
    schema: amounts,
    describe: 'by currency, what taxes may differ by for each taxed line and be rounding; default CLP=1, and 0.01 of others',
    recompute: [],
  },
  document_expected: {
    column: 'document_expected',
    schema: documents,
    describe: 'by gateway or channel, the document expected of a sale, e.g. webpay=voucher,pos=external; default boleta of each',
    recompute: [],
  },
} as const satisfies Record<string, TenantSetting>;

function wholeNumber(most: number, unit: string) {
  return z
    .string()
    .regex(/^\d{1,5}$/, `must be a whole number of ${unit}`)
    .transform(Number)
    .pipe(z.number().max(most, `must be a whole number of ${unit}`));
}

/** `a=b,c=d` as the JSON object that the column holds. */
function pairs(fits: (key: string, value: string) => boolean, { write, wrong }: { write: (value: string) => string; wrong: string }) {
  return z.string().transform((text, context): string => {
    const entries = new Map<string, string>();
    for (const part of text.split(',').filter((one) => one.trim() !== '')) {
      const [key = '', value = '', ...more] = part.split('=').map((one) => one.trim());
      if (more.length > 0 || !fits(key, value)) context.addIssue({ code: 'custom', message: wrong });
      else entries.set(key, write(value));
    }
    return `{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  });
}
