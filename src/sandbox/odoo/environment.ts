import type { OdooDatabase, OdooUser } from '../world/odoo-model.ts';
import { accountModels } from './account-models.ts';
import { baseModels } from './base-models.ts';
import type { FieldDef, Model, Row } from './model.ts';
import { accessError, type OdooFault } from './odoo-fault.ts';
import { paymentModels } from './payment-models.ts';
import { posModels } from './pos-models.ts';
import { saleModels } from './sale-models.ts';
import { stockModels } from './stock-models.ts';

const MODELS: ReadonlyMap<string, Model> = new Map(
  [...saleModels, ...accountModels, ...paymentModels, ...posModels, ...stockModels, ...baseModels].map((model) => [model.name, model]),
);

/** What a user may not do, and what the host in front allows. */
export interface OdooLimits {
  /** Fields of a model that need a group the users lack: `fields_get` omits them, asking for one is refused. */
  readonly hiddenFields?: Readonly<Record<string, readonly string[]>>;
  /** Models that may not be read at all. */
  readonly deniedModels?: readonly string[];
  /** Models whose app is not installed. */
  readonly missingModels?: readonly string[];
  /** More requests within one second answer 429, as a hosted Odoo does. Absent: no limit, as in Odoo itself. */
  readonly requestsPerSecond?: number;
}

/** One call's view of a database: the user, its companies, and indexes that live as long as the call. */
export class Environment {
  readonly db: OdooDatabase;
  readonly user: OdooUser;
  readonly companies: ReadonlySet<number>;
  readonly activeTest: boolean;
  readonly limits: OdooLimits;
  /** The zone in which days are cut; UTC where the context names none. */
  readonly timeZone: string;
  readonly #indexes = new Map<string, ReadonlyMap<number, Row>>();

  constructor(db: OdooDatabase, user: OdooUser, context: Readonly<Record<string, unknown>>, limits: OdooLimits) {
    this.db = db;
    this.user = user;
    this.limits = limits;
    this.timeZone = typeof context['tz'] === 'string' ? context['tz'] : 'UTC';
    this.activeTest = context['active_test'] !== false;
    const asked = context['allowed_company_ids'];
    const wanted = Array.isArray(asked) ? asked.map(Number) : user.companyIds;
    if (wanted.some((id) => !user.companyIds.includes(id))) throw accessError('Access to unauthorized or invalid companies.');
    this.companies = new Set(wanted);
  }

  get modern(): boolean {
    return this.db.version !== '16.0';
  }

  /** The model by name, for JSON-2 (404) and the older transports (a `UserError`) alike. */
  model(name: string, missing: (name: string) => OdooFault): Model {
    const model = MODELS.get(name);
    if (model === undefined || this.limits.missingModels?.includes(name)) throw missing(name);
    return model;
  }

  related(name: string): Model | undefined {
    return MODELS.get(name);
  }

  denies(model: Model): boolean {
    return this.limits.deniedModels?.includes(model.name) ?? false;
  }

  hides(model: Model, field: string): boolean {
    return this.limits.hiddenFields?.[model.name]?.includes(field) ?? false;
  }

  byId(model: Model): ReadonlyMap<number, Row> {
    const known = this.#indexes.get(model.name);
    if (known !== undefined) return known;
    const index = new Map(model.rows(this.db).map((row) => [row.id, row]));
    this.#indexes.set(model.name, index);
    return index;
  }

  /** The record rules: nothing of another company, unless shared. */
  visible(model: Model): (row: Row) => boolean {
    if (model.name === 'res.company') return (row) => this.user.companyIds.includes(row.id);
    const company = model.fields(this.db).get('company_id');
    if (model.rule === 'none' || company === undefined) return () => true;
    return (row) => this.#allowed(company, row, model.rule === 'shared');
  }

  #allowed(company: FieldDef, row: Row, shared: boolean): boolean {
    const id = company.get(row, this.db);
    return id === null ? shared : this.companies.has(Number(id));
  }
}
