import type { BackfillRow } from '../store/backfills.ts';

export interface Progress {
  /** Between 0 and 1: by what the source counted, else by slices. */
  readonly share: number;
  /** Rows of every kind a second while somebody read; null before anything was read. */
  readonly rows_per_second: number | null;
  /** Seconds of reading that are left at that pace; null where nothing tells, or it has ended. */
  readonly eta_seconds: number | null;
}

/** How far a backfill is, and how long it takes from here if it goes on at its pace. */
export function progressOf(row: BackfillRow): Progress {
  const { seconds, records, expected } = row;
  const rows_per_second = seconds > 0 && row.read > 0 ? Math.round((10 * row.read) / seconds) / 10 : null;
  if (row.state === 'done') return { share: 1, rows_per_second, eta_seconds: null };
  const bySlices = row.slices === 0 ? 0 : row.slices_done / row.slices;
  const share = expected === null || expected === 0 ? bySlices : Math.min(records / expected, 1);
  if (row.state === 'cancelled' || row.state === 'failed') return { share, rows_per_second, eta_seconds: null };
  const left = seconds > 0 && share > 0 ? Math.round((seconds * (1 - share)) / share) : null;
  return { share, rows_per_second, eta_seconds: left };
}
