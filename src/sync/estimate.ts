import type { Precision, Stream } from '#contract';
import type { StreamRate } from '../store/stream-rates.ts';

/** A number of a plan, and how far it may be relied on. */
export interface Estimate {
  readonly value: number;
  readonly precision: Precision;
}

/** Where a rate comes from: this stream's own runs, those of the same stream of other companies, or nothing at all. */
export type RateOrigin = 'measured' | 'others' | 'assumed';

export interface Pace {
  readonly rowsPerSecond: number;
  readonly rowsPerRequest: number;
  /** Rows of every kind that come with one record of the kind that the source counts. */
  readonly rowsPerRecord: number;
  readonly origin: RateOrigin;
}

/** What a stream is taken to do before anything of it was measured: modest figures, and said to be assumed. */
const ASSUMED = { rowsPerSecond: 200, rowsPerRequest: 50, rowsPerRecordWithChildren: 4 };

/** How fast a stream goes, by the best that is known. */
export function paceOf(stream: Stream<unknown>, own: StreamRate | undefined, others: readonly StreamRate[]): Pace {
  const measured = own === undefined ? others : [own];
  if (measured.length === 0) {
    const { rowsPerSecond, rowsPerRequest, rowsPerRecordWithChildren } = ASSUMED;
    return { rowsPerSecond, rowsPerRequest, rowsPerRecord: stream.entities.length > 1 ? rowsPerRecordWithChildren : 1, origin: 'assumed' };
  }
  const median = (of: (rate: StreamRate) => number) => measured.map(of).toSorted((a, b) => a - b)[measured.length >> 1]!;
  return {
    rowsPerSecond: median((rate) => rate.rows_per_second),
    rowsPerRequest: median((rate) => rate.rows_per_request),
    rowsPerRecord: median((rate) => rowsPerRecord(stream, rate)),
    origin: own === undefined ? 'others' : 'measured',
  };
}

function rowsPerRecord({ counting }: Stream<unknown>, { rows }: StreamRate): number {
  const all = Object.values(rows).reduce((sum, n) => sum + n, 0);
  const records = counting === undefined ? 0 : (rows[counting.entity] ?? 0);
  return records === 0 ? 1 : all / records;
}

/** Requests, rows and minutes of so many records. A floor stays a floor; what rests on a pace is about. */
export function estimateOf(records: Estimate, pace: Pace, requestsPerSecond: number) {
  const rows = Math.round(records.value * pace.rowsPerRecord);
  const requests = Math.max(1, Math.ceil(rows / pace.rowsPerRequest));
  const seconds = Math.max(rows / pace.rowsPerSecond, requests / requestsPerSecond);
  const worked: Precision = records.precision === 'floor' ? 'floor' : 'about';
  const ofRows: Precision = pace.rowsPerRecord === 1 ? records.precision : worked;
  return {
    rows: { value: rows, precision: ofRows },
    requests: { value: requests, precision: worked },
    minutes: { value: Math.round(seconds / 6) / 10, precision: worked },
  } satisfies Record<string, Estimate>;
}

/** The sum of numbers, no more to be relied on than the least of them. */
export function sumOf(parts: readonly Estimate[]): Estimate {
  const all = new Set(parts.map(({ precision }) => precision));
  const value = parts.reduce((sum, part) => sum + part.value, 0);
  return { value: Math.round(value * 10) / 10, precision: all.has('floor') ? 'floor' : all.has('about') ? 'about' : 'exact' };
}
