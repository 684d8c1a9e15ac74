import { spread, type Sample, type Spread } from './measure.ts';
import type { SyncBenchOptions } from './options.ts';

/** `copy` and `copy_raw` are plain COPY; `new`, `unchanged`, `changed` are whole runs; `normalize` is that step alone. */
export type Phase = 'copy' | 'copy_raw' | 'new' | 'unchanged' | 'changed' | 'normalize';

export type Repetition = Readonly<Record<Phase, Sample>>;

export interface Summary {
  readonly options: SyncBenchOptions;
  readonly ratios: Readonly<Record<keyof typeof RATIOS, Spread>>;
  readonly rowsPerSecond: Readonly<Record<Phase, Spread>>;
  readonly walBytesPerRow: Readonly<Record<Exclude<Phase, 'normalize'>, Spread>>;
  readonly cpuMicrosPerRow: Readonly<Record<Phase, Spread>>;
}

const perSecond = (sample: Sample) => sample.rowsPerSecond;

// Each ratio is of two phases of one repetition, seconds apart: what else the machine does falls on both.
const RATIOS = {
  new_to_copy: (r: Repetition) => perSecond(r.new) / perSecond(r.copy),
  new_to_copy_with_raw: (r: Repetition) => perSecond(r.new) * (1 / perSecond(r.copy) + 1 / perSecond(r.copy_raw)),
  unchanged_to_copy: (r: Repetition) => perSecond(r.unchanged) / perSecond(r.copy),
  unchanged_to_new: (r: Repetition) => perSecond(r.unchanged) / perSecond(r.new),
  changed_to_new: (r: Repetition) => perSecond(r.changed) / perSecond(r.new),
} as const;

const MEANING: Readonly<Record<keyof typeof RATIOS, string>> = {
  new_to_copy: 'new rows, through everything, against COPY of the fact rows alone',
  new_to_copy_with_raw: 'new rows against COPY of the fact rows and the payloads',
  unchanged_to_copy: 'a second sync without changes against COPY of the fact rows',
  unchanged_to_new: 'a second sync without changes against the first',
  changed_to_new: 'a sync with 10 % changed against the first',
};

const PHASES: Readonly<Record<Phase, string>> = {
  copy: 'plain COPY, fact rows',
  copy_raw: 'plain COPY, payloads',
  new: 'sync, all new',
  unchanged: 'sync, unchanged',
  changed: 'sync, 10 % changed',
  normalize: 'normalise alone',
};

const names = Object.keys(PHASES) as Phase[];

/** Medians and ranges over the repetitions. */
export function summary(options: SyncBenchOptions, repetitions: readonly Repetition[]): Summary {
  const over = <K extends Phase>(phases: readonly K[], pick: (sample: Sample) => number) =>
    Object.fromEntries(phases.map((phase) => [phase, spread(repetitions.map((r) => pick(r[phase])))])) as Record<K, Spread>;
  const ratios = Object.entries(RATIOS).map(([name, ratio]) => [name, spread(repetitions.map(ratio))]);
  return {
    options,
    ratios: Object.fromEntries(ratios) as Summary['ratios'],
    rowsPerSecond: over(names, perSecond),
    walBytesPerRow: over(
      names.filter((name) => name !== 'normalize'),
      (sample) => sample.walBytesPerRow,
    ),
    cpuMicrosPerRow: over(names, (sample) => sample.cpuMicrosPerRow),
  };
}

/** One JSON document; every figure is `{median, min, max}`. */
export function jsonReport(result: Summary): string {
  const { options, ratios, rowsPerSecond, walBytesPerRow, cpuMicrosPerRow } = result;
  const { rows, batch, repeat } = options;
  return JSON.stringify({
    rows,
    batch,
    repeat,
    ratios,
    rows_per_second: rowsPerSecond,
    wal_bytes_per_row: walBytesPerRow,
    cpu_us_per_row: cpuMicrosPerRow,
  });
}

/** The same for people. */
export function table(result: Summary): string {
  const { options, ratios, rowsPerSecond, walBytesPerRow, cpuMicrosPerRow } = result;
  const lines = [
    `${options.rows} orders, ${options.batch} a transaction, ${options.repeat} repetitions: median (lowest–highest)`,
    '',
    ...(Object.keys(RATIOS) as (keyof typeof RATIOS)[]).map((name) => `${name.padEnd(21)} ${cell(ratios[name], 22)}  ${MEANING[name]}`),
    '',
    `${''.padEnd(22)} ${'rows/s'.padEnd(24)} ${'WAL bytes/row'.padEnd(20)} Node CPU µs/row`,
  ];
  for (const name of names) {
    const wal = name === 'normalize' ? '–'.padEnd(20) : cell(walBytesPerRow[name], 20);
    lines.push(`${PHASES[name].padEnd(22)} ${cell(rowsPerSecond[name], 24)} ${wal} ${cell(cpuMicrosPerRow[name], 0)}`);
  }
  return lines.join('\n');
}

function cell({ median, min, max }: Spread, width: number): string {
  return `${median} (${min}–${max})`.padEnd(width);
}
