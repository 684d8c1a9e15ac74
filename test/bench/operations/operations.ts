import { operationsOptions } from '../options.ts';
import { benchScheduling, type Scheduling } from './scheduling.ts';

/** What operations cost beside the rows they move. */
export async function benchOperations(args: readonly string[]): Promise<void> {
  const options = operationsOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const scheduling = await benchScheduling(options, say);
  console.log(options.json ? JSON.stringify({ scheduling }) : table(scheduling));
}

function table(s: Scheduling): string {
  return [
    `${s.streams} streams, ${s.workers} workers`,
    `nothing due: ${(100 * s.idle_core_share).toFixed(1)} % of one core (goal 5), of it the database ${(100 * s.idle_database_share).toFixed(1)} %; ${s.idle_queries_per_second} queries a second (goal 60)`,
    `a tick: ${s.idle_tick_ms.median} ms when nothing is due; ${s.ms_per_due_stream.median} ms for each due stream`,
  ].join('\n');
}
