import { SourceError, type Notice } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import type { Taxes } from './mapping/tax.ts';
import { NOTICES } from './notices.ts';
import { char, flag, many2many, maybe, number, recordId } from './raw-values.ts';

/** Code of the IVA in the list of taxes of the SII (Odoo's l10n_cl). */
const IVA = 14;

const rawTax = z.object({
  id: recordId,
  amount: number,
  amount_type: char,
  price_include: maybe(flag),
  children_tax_ids: maybe(many2many),
  l10n_cl_sii_code: number,
});

/**
 * Every tax of the database, archived ones too: old lines keep theirs. Null, with a notice, where the user may not read them or the
 * Chilean localisation is not installed.
 * @throws SourceError
 */
export async function readTaxes(client: OdooClient): Promise<{ readonly taxes: Taxes; readonly notices: readonly Notice[] }> {
  try {
    const readable = await client.fields('account.tax');
    if (readable === null || !readable.has('l10n_cl_sii_code')) return { taxes: null, notices: [NOTICES.ivaUnknown] };
    const fields = Object.keys(rawTax.shape).filter((field) => readable.has(field));
    const rows = await client.searchRead('account.tax', { domain: [], fields });
    const parsed = rows.map((row) => rawTax.safeParse(row)).flatMap((row) => (row.success ? [row.data] : []));
    return {
      taxes: new Map(
        parsed.map((tax) => [
          tax.id,
          {
            iva: tax.l10n_cl_sii_code === 0 && tax.amount !== 0 ? null : tax.l10n_cl_sii_code === IVA,
            percent: tax.amount_type === 'percent' ? tax.amount : null,
            included: tax.price_include === true,
            group: tax.children_tax_ids ?? [],
          },
        ]),
      ),
      notices: [],
    };
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'forbidden') throw error;
    return { taxes: null, notices: [NOTICES.ivaUnknown] };
  }
}
