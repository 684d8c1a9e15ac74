import { conversationsOf, type Rollup } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

/**
 * What was promised to the customers of a conversation: facts, like resolutions, that no source states and that follow from others. They are
 * made anew as roll-ups are, after those that they rest on: when a person took over, and whether a customer waits.
 */
export const PROMISES = {
  table: 'public.sla_results',
  family: 'support',
  key: ['conversation_id', 'promise'],
  measures: ['channel', 'clock', 'threshold_seconds', 'started_at', 'due_at', 'due_day', 'fulfilled_at'],
  touch: { column: 'conversation_id', type: 'uuid' },
  keys: conversationsOf('public.sla_results'),
  select: sqlFile('derive-promises'),
} as const satisfies Rollup;
