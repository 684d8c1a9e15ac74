import type { Query } from './database.ts';
import type { Effects } from './effects.ts';
import { reaggregate, ROLLUPS } from './rollups.ts';
import { sqlFile } from './sql-file.ts';

const NAMES = ['workflow_executions', 'workflow_executions_other'].map((table) => sqlFile('follow-workflow-name').replace('$table', table));

/** An execution carries its workflow's present name, whichever of the two arrives first or changes later. */
export async function settleAutomation(query: Query, effects: Effects): Promise<void> {
  const { tenantId } = effects.tenant;
  const workflows = effects.ids('workflow');
  if (workflows.length > 0) for (const statement of NAMES) await query(statement, [tenantId, workflows]);
  await reaggregate(query, tenantId, ROLLUPS.executions, effects.days('execution'));
}
