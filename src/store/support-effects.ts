import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { PROMISES } from './promises.ts';
import { reaggregate, reaggregateTogether } from './reaggregate.ts';
import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const OPENING = sqlFile('follow-inbox-opening');
const CHANNELS = sqlFile('follow-inbox-channel');
const BOTS = sqlFile('follow-agent-bots');
const OBSERVE = sqlFile('observe-status');
const RESOLUTIONS = sqlFile('settle-resolutions');
const SURVEYS = sqlFile('settle-surveys');
const BY_CONVERSATION = [ROLLUPS.handoffs, ROLLUPS.waits, ROLLUPS.conversationDays] as const;

interface Touched {
  readonly id: string;
}

/**
 * What follows from changed conversations, messages, events, inboxes, agents and answers, in the same transaction and under the support
 * lock: a conversation has its inbox's channel and hours, whichever of the two arrives first or changes later; each status seen is kept;
 * resolutions, handoffs, waits and promises of every conversation touched are made anew.
 */
export async function settleSupport(query: Query, effects: Effects): Promise<void> {
  const { tenantId, timeZone } = effects.tenant;
  const days = new Set(effects.days('conversation'));
  const conversations = new Set(effects.ids('conversation'));
  for (const entity of ['message', 'conversation_event'] as const) for (const id of effects.touchedBy(entity)) conversations.add(id);

  const inboxes = effects.ids('inbox');
  if (inboxes.length > 0) {
    for (const { id } of (await query<Touched>(OPENING, [tenantId, inboxes, timeZone])).rows) conversations.add(id);
    for (const { id, day } of (await query<Touched & { day: string }>(CHANNELS, [tenantId, inboxes])).rows) {
      conversations.add(id);
      days.add(day);
    }
  }
  const agents = effects.ids('agent');
  if (agents.length > 0) for (const { id } of (await query<Touched>(BOTS, [tenantId, agents])).rows) conversations.add(id);

  const answers = effects.ids('csat_response');
  if (answers.length > 0) await query(SURVEYS, [tenantId, [...effects.touchedBy('csat_response')], answers]);

  const seen = effects.ids('conversation');
  if (seen.length > 0) await query(OBSERVE, [tenantId, seen]);
  if (conversations.size > 0) await query(RESOLUTIONS, [tenantId, [...conversations], timeZone]);
  await reaggregate(query, tenantId, ROLLUPS.conversations, days);
  const fresh = effects.fresh('conversation');
  await reaggregateTogether(query, tenantId, BY_CONVERSATION, conversations, fresh);
  await reaggregate(query, tenantId, PROMISES, conversations, fresh);
}
