import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { reaggregate, ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const CHANNELS = sqlFile('follow-inbox-channel');

/** A conversation has its inbox's channel, whichever of the two arrives first or changes later. */
export async function settleSupport(query: Query, effects: Effects): Promise<void> {
  const { tenantId } = effects.tenant;
  const days = new Set(effects.days('conversation'));
  const inboxes = effects.ids('inbox');
  if (inboxes.length > 0) {
    for (const { day } of (await query<{ day: string }>(CHANNELS, [tenantId, inboxes])).rows) days.add(day);
  }
  await reaggregate(query, tenantId, ROLLUPS.conversations, days);
}
