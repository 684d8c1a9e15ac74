import { decimalText, fromMinor } from './decimal.ts';
import { timeOf } from './instants.ts';
import { localDays } from './local-day.ts';
import type { ExpectedRow, Instant, Minor, WorldTenant } from './model.ts';
import type { TenantSources } from './sales-ledger.ts';
import type { Shop } from './shop-model.ts';
import type { ShopPaymentsAccount } from './shop-payouts.ts';

/** Rows of what a shop's card payments were paid out in, and of what moved their balance. */
export function* expectedPayouts({ tenant, shops }: TenantSources): Generator<ExpectedRow> {
  for (const shop of shops) if (shop.payments !== null) yield* payoutsOf(tenant, shop, shop.payments);
}

function* payoutsOf(tenant: WorldTenant, shop: Shop, payments: ShopPaymentsAccount): Generator<ExpectedRow> {
  const dayOf = localDays(tenant.timeZone);
  const { currency } = shop;
  const money = (amount: Minor) => decimalText(fromMinor(amount, currency === 'CLP' ? 0 : 2));
  const at = (instant: Instant) => ({
    created_at: new Date(timeOf(instant)).toISOString().replace(/\.\d+Z$/, '.000000Z'),
    business_day: dayOf(timeOf(instant)),
  });
  const row = (table: string, id: number, values: ExpectedRow['values']): ExpectedRow => ({
    rut: tenant.rut,
    table,
    sourceId: String(id),
    values: { gateway: 'shopify_payments', currency_source: currency, ...values },
  });
  for (const payout of payments.payouts) {
    const gross = payout.charges + payout.refunds + payout.adjustments;
    const fee = payout.chargesFee + payout.adjustmentsFee;
    yield row('public.payouts', payout.id, {
      ...at(payout.issuedAt),
      status: payout.status,
      direction: gross < fee ? 'withdrawal' : 'deposit',
      reference: payout.externalTraceId,
      amount_source: money(gross - fee),
      amount_charges_source: money(payout.charges),
      amount_refunds_source: money(payout.refunds),
      amount_adjustments_source: money(payout.adjustments),
      amount_other_source: '0',
      amount_fee_source: money(fee),
    });
  }
  for (const movement of payments.movements) {
    yield row('public.payout_transactions', movement.id, {
      ...at(movement.at),
      payout_id: movement.payoutId === null ? null : String(movement.payoutId),
      order_id: String(movement.orderId),
      order_payment_id: movement.transactionId === null ? null : String(movement.transactionId),
      kind: movement.type,
      is_test: 'false',
      amount_source: money(movement.amount),
      amount_fee_source: money(movement.fee),
      amount_net_source: money(movement.amount - movement.fee),
    });
  }
}
