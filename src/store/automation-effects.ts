import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { reaggregate } from './reaggregate.ts';
import { ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const NAMES = ['workflow_executions', 'workflow_executions_other'].map((table) => sqlFile('follow-workflow-name').replace('$table', table));
const KEEPING = sqlFile('days-of-workflows');
const RETRIES = sqlFile('settle-retries');

/**
 * What follows from changed workflows and runs, under the automation lock: a run carries its workflow's present name and a failed run says
 * whether a retry resolved it, whichever of the two arrives first or changes later; then the roll-ups of every local day touched.
 */
export async function settleAutomation(query: Query, effects: Effects): Promise<void> {
  const { tenantId } = effects.tenant;
  const workflows = effects.ids('workflow');
  const days = new Set(effects.days('execution'));
  if (workflows.length > 0) {
    for (const statement of NAMES) await query(statement, [tenantId, workflows]);
    for (const { day } of (await query<{ day: string }>(KEEPING, [tenantId, workflows])).rows) days.add(day);
  }
  const runs = effects.ids('execution');
  if (runs.length > 0) {
    for (const { day } of (await query<{ day: string }>(RETRIES, [tenantId, runs])).rows) days.add(day);
  }
  await reaggregate(query, tenantId, ROLLUPS.executions, days);
  await reaggregate(query, tenantId, ROLLUPS.latency, days);
}
