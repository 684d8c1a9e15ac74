import type { Instant, Minor } from './model.ts';

/** What a shop with its own card payments has of its balance. Amounts in the shop's currency; fees are positive where they are taken. */
export interface ShopPaymentsAccount {
  readonly country: string;
  readonly payouts: ShopPayout[];
  readonly movements: ShopBalanceMovement[];
}

export interface ShopPayout {
  readonly id: number;
  readonly issuedAt: Instant;
  status: 'SCHEDULED' | 'IN_TRANSIT' | 'PAID' | 'FAILED';
  /** The bank's own number for it; not known before the bank has it. */
  externalTraceId: string | null;
  readonly charges: Minor;
  readonly chargesFee: Minor;
  /** Below zero. */
  readonly refunds: Minor;
  readonly adjustments: Minor;
  readonly adjustmentsFee: Minor;
}

export interface ShopBalanceMovement {
  readonly id: number;
  readonly type: 'CHARGE' | 'REFUND' | 'DISPUTE_WITHDRAWAL';
  readonly at: Instant;
  readonly orderId: number;
  readonly transactionId: number | null;
  readonly amount: Minor;
  readonly fee: Minor;
  payoutId: number | null;
}
