import { unexpectedAnswer } from '../client.ts';
import { agentDraft } from '../mapping.ts';
import { rawAgent } from '../records.ts';
import { stateStream } from './state-stream.ts';

/** Agents by name and role. One who is removed vanishes from the answer and stays in the warehouse: the past names them. */
export const agents = stateStream({
  name: 'agents',
  description: 'Agents with name and role; their e-mail addresses are not read',
  entity: 'agent',
  path: '/agents',
  rowsOf(json) {
    if (!Array.isArray(json)) throw unexpectedAnswer('GET /agents');
    return json as unknown[];
  },
  schema: rawAgent,
  draft: agentDraft,
});
