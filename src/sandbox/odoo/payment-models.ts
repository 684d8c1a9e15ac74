import type { OdooJournal, OdooPartial, OdooPayment } from '../world/odoo-account-model.ts';
import { defineModel, field, many2one, stamps } from './model.ts';

/** Before 18 a payment's state is that of its entry. */
const ENTRY_STATES = { draft: 'draft', in_process: 'posted', paid: 'posted', canceled: 'cancel' } as const;

export const paymentModels = [
  defineModel<OdooJournal>({
    name: 'account.journal',
    rows: (db) => db.journals,
    rule: 'own',
    displayName: (j) => j.name,
    fields: () => ({
      name: field('char', (j) => j.name),
      code: field('char', (j) => j.code),
      company_id: many2one('res.company', (j) => j.companyId),
      active: field('boolean', () => true),
    }),
  }),
  defineModel<OdooPayment>({
    name: 'account.payment',
    rows: (db) => db.payments,
    rule: 'own',
    order: 'date desc, name desc',
    displayName: (p) => p.name,
    fields: (version) => ({
      name: field('char', (p) => p.name),
      payment_type: field('selection', (p) => p.paymentType, { selection: ['outbound', 'inbound'] }),
      partner_type: field('selection', (p) => p.partnerType, { selection: ['customer', 'supplier'] }),
      state: field('selection', (p) => (version === '16.0' ? ENTRY_STATES[p.state] : p.state), {
        selection: version === '16.0' ? ['draft', 'posted', 'cancel'] : ['draft', 'in_process', 'paid', 'canceled', 'rejected'],
      }),
      date: field('date', (p) => p.date),
      amount: field('monetary', (p) => Number(p.amount)),
      amount_company_currency_signed: field('monetary', (p) => (p.paymentType === 'inbound' ? Number(p.amount) : -Number(p.amount))),
      currency_id: many2one('res.currency', (p) => p.currencyId),
      company_id: many2one('res.company', (p) => p.companyId),
      journal_id: many2one('account.journal', (p) => p.journalId),
      partner_id: many2one('res.partner', (p) => p.partnerId),
      is_matched: field('boolean', (p) => p.state === 'paid'),
      move_id: many2one('account.move', (p) => p.moveId),
      [version === '16.0' ? 'ref' : 'memo']: field<OdooPayment>('char', (p) => p.memo),
      ...stamps<OdooPayment>(),
    }),
  }),
  defineModel<OdooPartial>({
    name: 'account.partial.reconcile',
    rows: (db) => db.partials,
    rule: 'own',
    fields: () => ({
      debit_move_id: many2one('account.move.line', (p) => p.debitMoveId),
      credit_move_id: many2one('account.move.line', (p) => p.creditMoveId),
      amount: field('monetary', (p) => Number(p.amount)),
      company_id: many2one('res.company', (p) => p.companyId),
      max_date: field('date', (p) => p.maxDate),
      ...stamps<OdooPartial>(),
    }),
  }),
];
