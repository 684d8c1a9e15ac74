import { operationsOptions } from '../options.ts';
import { benchBackfills } from './backfills.ts';
import { benchFairness, type Fairness } from './fairness.ts';
import { benchScheduling, type Scheduling } from './scheduling.ts';

/** What operations cost beside the rows they move. */
export async function benchOperations(args: readonly string[]): Promise<void> {
  const options = operationsOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const scheduling = await benchScheduling(options, say);
  const fairness = await benchFairness(options, say);
  const { planning, backfill } = await benchBackfills(options, say);
  if (options.json) console.log(JSON.stringify({ scheduling, fairness, planning, backfill }));
  else {
    console.log(table(scheduling));
    console.log(fairnessTable(fairness));
    console.log(`planning two years of ${planning.tenants} companies: ${planning.seconds} s (goal 10), ${planning.requests} requests`);
    console.log(
      `a backfill of ${backfill.orders} orders (${backfill.rows} rows): ${backfill.first_slice_rows_per_second} rows/s in its first slice, ${backfill.last_slice_rows_per_second} in its last; ${backfill.first_slice_mb} MB and ${backfill.last_slice_mb} MB; ${backfill.outcome}`,
    );
    console.log(`an ordinary reading: ${backfill.live_alone_ms.median} ms alone, ${backfill.live_beside_ms.median} ms beside it`);
  }
}

function table(s: Scheduling): string {
  return [
    `${s.streams} streams, ${s.workers} workers`,
    `nothing due: ${(100 * s.idle_core_share).toFixed(1)} % of one core (goal 5), of it the database ${(100 * s.idle_database_share).toFixed(1)} %; ${s.idle_queries_per_second} queries a second (goal 60)`,
    `a tick: ${s.idle_tick_ms.median} ms when nothing is due; ${s.ms_per_due_stream.median} ms for each due stream`,
  ].join('\n');
}

function fairnessTable(f: Fairness): string {
  return [
    `${f.streams} streams due every ${f.interval_seconds} s wait ${f.alone_ms.median} ms (95 %: ${f.alone_ms.p95}, most ${f.alone_ms.max}) for their turn alone`,
    `beside ${f.slices} slices of another company, of which ${f.slices_read} were read: ${f.beside_ms.median} ms (95 %: ${f.beside_ms.p95}, most ${f.beside_ms.max}), ${f.p95_ratio} times; read anew after ${f.period_ratio} times as long`,
    `slices that passed before a turn: ${f.slices_passed_max} at most (goal ${f.workers}, one each worker), ${f.slices_passed_mean} on the average`,
  ].join('\n');
}
