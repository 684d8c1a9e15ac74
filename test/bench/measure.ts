/** One timed piece of work on `rows` rows. */
export interface Sample {
  readonly rowsPerSecond: number;
  readonly walBytesPerRow: number;
  /** Processor time of this process, all its threads; the database's is not in it. */
  readonly cpuMicrosPerRow: number;
}

/** Times `work` once, with the WAL that the database wrote meanwhile. */
export async function measure(rows: number, walPosition: () => Promise<bigint>, work: () => Promise<void>): Promise<Sample> {
  const wal = await walPosition();
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const walBytes = Number((await walPosition()) - wal);
  return { rowsPerSecond: rows / seconds, walBytesPerRow: walBytes / rows, cpuMicrosPerRow: (used.user + used.system) / rows };
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median and range; three significant digits are more than two shared cores can tell apart. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median: rounded(median), min: rounded(at(0)), max: rounded(at(sorted.length - 1)) };
}

const rounded = (value: number) => Number(value.toPrecision(3));
