import type { OdooDatabase, OdooPartner, OdooRate, OdooUser } from '../world/odoo-model.ts';
import type { OdooTax, OdooTeam, OdooUnit } from '../world/odoo-measures.ts';
import { defineModel, field, many2one, stamps, type Row } from './model.ts';
import { GIFT_CARD_ID } from './sale-models.ts';

type Company = OdooDatabase['companies'][number];
type Currency = OdooDatabase['currencies'][number];
interface State extends Row {
  readonly name: string;
}

/** States stand only as names on partners; their ids follow the first appearance, so they stay when partners are added. */
const stateIds = new WeakMap<OdooDatabase, { readonly partners: number; readonly ids: ReadonlyMap<string, number> }>();

function statesOf(db: OdooDatabase): ReadonlyMap<string, number> {
  const known = stateIds.get(db);
  if (known?.partners === db.partners.length) return known.ids;
  const names = new Set(db.partners.map((partner) => partner.stateName).filter((name) => name !== null));
  const ids = new Map([...names].map((name, index) => [name, 1000 + index]));
  stateIds.set(db, { partners: db.partners.length, ids });
  return ids;
}

export const baseModels = [
  defineModel<OdooPartner>({
    name: 'res.partner',
    rows: (db) => db.partners,
    rule: 'shared',
    displayName: (p) => p.name,
    fields: (version) => ({
      name: field('char', (p) => p.name),
      email: field('char', (p) => p.email),
      phone: field('char', (p) => p.phone),
      vat: field('char', (p) => p.vat),
      is_company: field('boolean', (p) => p.isCompany),
      city: field('char', (p) => p.city),
      state_id: many2one('res.country.state', (p, db) => statesOf(db).get(p.stateName ?? '') ?? null),
      commercial_partner_id: many2one('res.partner', (p) => p.commercialPartnerId),
      company_id: many2one('res.company', (p) => p.companyId),
      active: field('boolean', (p) => p.active),
      ...(version === '16.0' ? { mobile: field<OdooPartner>('char', () => null) } : {}),
      ...stamps<OdooPartner>(),
    }),
  }),
  defineModel<State>({
    name: 'res.country.state',
    rows: (db) => [...statesOf(db)].map(([name, id]) => ({ id, name })),
    displayName: (s) => `${s.name} (CL)`,
    fields: () => ({ name: field('char', (s) => s.name), code: field('char', (s) => String(s.id)) }),
  }),
  defineModel<Currency>({
    name: 'res.currency',
    rows: (db) => db.currencies,
    displayName: (c) => c.name,
    fields: () => ({
      name: field('char', (c) => c.name),
      decimal_places: field('integer', (c) => c.decimalPlaces),
      rounding: field('float', (c) => Number(c.rounding)),
      active: field('boolean', () => true),
      write_date: field('datetime', (c) => c.writeDate),
    }),
  }),
  defineModel<OdooRate>({
    name: 'res.currency.rate',
    rows: (db) => db.currencyRates,
    rule: 'shared',
    order: 'name desc, id',
    displayName: (r) => r.day,
    fields: () => ({
      name: field('date', (r) => r.day),
      currency_id: many2one('res.currency', (r) => r.currencyId),
      company_id: many2one('res.company', (r) => r.companyId),
      inverse_company_rate: field('float', (r) => Number(r.inverseCompanyRate)),
      // A float divided by Odoo itself, with the noise that brings.
      company_rate: field('float', (r) => 1 / Number(r.inverseCompanyRate)),
      ...stamps<OdooRate>(),
    }),
  }),
  defineModel<OdooTax>({
    name: 'account.tax',
    rows: (db) => db.measures.taxes,
    rule: 'own',
    displayName: (t) => t.name,
    fields: () => ({
      name: field('char', (t) => t.name),
      company_id: many2one('res.company', (t) => t.companyId),
      amount: field('float', (t) => Number(t.percent)),
      amount_type: field('selection', () => 'percent', { selection: ['group', 'fixed', 'percent', 'division'] }),
      price_include: field('boolean', () => false),
      children_tax_ids: field('many2many', () => [], { relation: 'account.tax' }),
      l10n_cl_sii_code: field('integer', (t) => t.siiCode),
      active: field('boolean', () => true),
    }),
  }),
  defineModel<OdooUnit>({
    name: 'uom.uom',
    rows: (db) => db.measures.units,
    displayName: (u) => u.name,
    // Until 18 by category and the size of the reference unit, since 19 by the unit it hangs on.
    fields: (version) => ({
      name: field('char', (u) => u.name),
      active: field('boolean', () => true),
      ...(version === '16.0'
        ? {
            category_id: many2one<OdooUnit>('uom.category', (u) => u.relativeTo ?? u.id),
            uom_type: field<OdooUnit>('selection', (u) => (u.relativeTo === null ? 'reference' : 'bigger'), {
              selection: ['bigger', 'reference', 'smaller'],
            }),
            factor: field<OdooUnit>('float', (u) => 1 / u.size),
          }
        : {
            relative_uom_id: many2one<OdooUnit>('uom.uom', (u) => u.relativeTo),
            relative_factor: field<OdooUnit>('float', (u) => u.size),
            factor: field<OdooUnit>('float', (u) => u.size),
          }),
    }),
  }),
  defineModel<OdooTeam>({
    name: 'crm.team',
    rows: (db) => db.measures.teams,
    displayName: (t) => t.name,
    fields: () => ({ name: field('char', (t) => t.name), active: field('boolean', () => true) }),
  }),
  defineModel<Company>({
    name: 'res.company',
    rows: (db) => db.companies,
    displayName: (c) => c.name,
    fields: () => ({
      name: field('char', (c) => c.name),
      partner_id: many2one('res.partner', (c) => c.partnerId),
      currency_id: many2one('res.currency', (c) => c.currencyId),
      vat: field('char', (c) => c.rut),
    }),
  }),
  defineModel<OdooUser>({
    name: 'res.users',
    rows: (db) => db.users,
    displayName: (u) => u.login,
    fields: () => ({
      login: field('char', (u) => u.login),
      company_ids: field('many2many', (u) => u.companyIds, { relation: 'res.company' }),
      company_id: many2one('res.company', (u) => u.companyIds[0] ?? null),
    }),
  }),
  defineModel<Row>({ name: 'ir.config_parameter', rows: () => [], fields: () => ({ key: field('char', () => null) }) }),
  defineModel<Row>({
    name: 'loyalty.program',
    rows: () => [{ id: GIFT_CARD_ID }],
    fields: () => ({
      name: field('char', () => 'Gift cards'),
      program_type: field('selection', () => 'gift_card', { selection: ['coupons', 'gift_card', 'loyalty', 'promotion', 'ewallet'] }),
    }),
  }),
  defineModel<Row>({
    name: 'loyalty.reward',
    rows: () => [{ id: GIFT_CARD_ID }],
    fields: () => ({
      program_id: many2one('loyalty.program', () => GIFT_CARD_ID),
      reward_type: field('selection', () => 'discount', { selection: ['product', 'discount', 'shipping'] }),
    }),
  }),
];
