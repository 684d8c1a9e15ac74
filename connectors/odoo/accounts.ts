import { SourceError, type CountedRows, type Entity, type ListedRows, type Listing, type TotalledRows, type Totals } from '#contract';
import type { Domain } from './client.ts';
import { companyDomain } from './company-domain.ts';
import { dayTotals } from './day-totals.ts';
import { listRecords, lookAtRecords, type ListedModel } from './list-records.ts';
import type { Meaning } from './notices.ts';
import type { OdooSettings } from './settings.ts';

/** What is to be known of a model for Odoo's own account of it: lists of ids, and totals by day. */
export interface AccountedModel {
  readonly entities: readonly Entity[];
  readonly model: string;
  readonly shared: boolean;
  readonly domain?: Domain;
  readonly businessField: string;
  readonly businessDays?: boolean;
  readonly rows: CountedRows | null;
  readonly withoutRight?: Meaning;
  /** Rows that stand for one record of the model each, where that is not only the first entity by its bare id. */
  readonly listed?: readonly ListedRows[];
  /** Rows that are part of them and go with them. */
  readonly parts?: Listing<OdooSettings>['parts'];
  /**
   * Column in which the day by `businessField` is stored, where `rows` does not say, and the money where Odoo's sum can be compared with
   * ours.
   */
  readonly totalled?: Partial<Pick<TotalledRows, 'at' | 'money'>>;
  /** The field that Odoo adds up for that money; `amount_total` where absent. */
  readonly amountField?: string;
}

/** Source ids that are a record's own number and nothing else. */
const BARE_ID = '^(\\d+)$';

/** Lists of the ids of a model, and looks at single ones. */
export function listingOf(spec: AccountedModel): Listing<OdooSettings> {
  return {
    rows: listedRows(spec),
    parts: spec.parts ?? {},
    list: (context, range) => listRecords(context, listedModel(spec, context.settings), range),
    look: (context, ids) => lookAtRecords(context, spec.model, ids),
  };
}

/** What a model adds up to by local day; undefined where no column of ours says the day, or not every record becomes a row. */
export function totalsOf(spec: AccountedModel): Totals<OdooSettings> | undefined {
  const { entity, ids } = listedRows(spec)[0]!;
  const at = spec.totalled?.at ?? spec.rows?.at;
  if (at === undefined) return undefined;
  const amount = spec.totalled?.money === undefined ? null : (spec.amountField ?? 'amount_total');
  return {
    rows: { ...spec.totalled, at, entities: [entity], ids },
    async read(context, days) {
      try {
        return await dayTotals(context, listedModel(spec, context.settings), days, amount);
      } catch (error) {
        // What may not be read at all is empty, as the stream itself is.
        if (spec.withoutRight !== undefined && error instanceof SourceError && error.code === 'forbidden')
          return { days: [], firstDay: null };
        throw error;
      }
    },
  };
}

function listedRows(spec: AccountedModel): readonly ListedRows[] {
  return spec.listed ?? spec.entities.slice(0, 1).map((entity) => ({ entity, ids: BARE_ID }));
}

function listedModel(spec: AccountedModel, settings: OdooSettings): ListedModel {
  const { model, businessField, businessDays = false, shared, domain = [] } = spec;
  return { model, businessField, businessDays, domain: [...companyDomain(settings, shared), ...domain] };
}
