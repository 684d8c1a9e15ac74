import type { Command } from 'commander';
import { planCommand } from './backfill-plan.ts';
import { showCommands } from './backfill-show.ts';
import { startCommand } from './backfill-start.ts';
import { stateCommands } from './backfill-state.ts';
import type { CommandContext } from './context.ts';

/** `kpi backfill`: date ranges read again, beside the ordinary syncs. */
export function backfillCommands(program: Command, context: CommandContext): void {
  const backfill = program.command('backfill').description('read a date range again, beside the ordinary syncs');
  planCommand(backfill, context);
  startCommand(backfill, context);
  showCommands(backfill, context);
  stateCommands(backfill, context);
}
