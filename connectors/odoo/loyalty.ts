import { SourceError, type Notice } from '#contract';
import { z } from 'zod';
import type { OdooClient } from './client.ts';
import type { Loyalty } from './mapping/order-line.ts';
import { NOTICES } from './notices.ts';
import { char, many2one, maybe, recordId } from './raw-values.ts';

const rawReward = z.object({ id: recordId, program_id: maybe(many2one), reward_type: maybe(char) });
const rawProgram = z.object({ id: recordId, program_type: maybe(char), trigger_product_ids: z.array(recordId).optional() });

export interface LoyaltyFacts {
  readonly loyalty: Loyalty;
  readonly notices: readonly Notice[];
}

/**
 * Reads which rewards are payments (gift cards, eWallets) and which products issue them; nothing where the loyalty app is not
 * installed. Without the right to read it, payments would pass for discounts: that is said in a notice.
 * @throws SourceError
 */
export async function readLoyalty(client: OdooClient): Promise<LoyaltyFacts> {
  try {
    const programs = await all(client, 'loyalty.program', rawProgram);
    const rewards = await all(client, 'loyalty.reward', rawReward);
    const types = new Map(programs.map((program) => [program.id, program.program_type]));
    const payments = programs.filter(({ program_type: type }) => type === 'gift_card' || type === 'ewallet');
    return {
      loyalty: {
        rewards: new Map(
          rewards.map((reward) => [
            reward.id,
            { programType: reward.program_id === null ? null : (types.get(reward.program_id) ?? null), rewardType: reward.reward_type },
          ]),
        ),
        giftCardProducts: new Set(payments.flatMap((program) => program.trigger_product_ids ?? [])),
      },
      notices: [],
    };
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'forbidden') throw error;
    return { loyalty: noLoyalty, notices: [NOTICES.loyaltyUnreadable] };
  }
}

export const noLoyalty: Loyalty = { rewards: new Map(), giftCardProducts: new Set() };

async function all<T>(client: OdooClient, model: string, schema: z.ZodObject & z.ZodType<T>): Promise<readonly T[]> {
  const readable = await client.fields(model);
  if (readable === null) return [];
  const fields = Object.keys(schema.shape).filter((field) => readable.has(field));
  const rows = await client.searchRead(model, { domain: [], fields });
  return rows.map((row) => schema.safeParse(row)).flatMap((row) => (row.success ? [row.data] : []));
}
