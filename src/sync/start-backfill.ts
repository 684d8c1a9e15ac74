import type { Connector } from '#contract';
import { addBackfill, BackfillOverlaps, type Priority } from '../store/backfills.ts';
import type { Database } from '../store/database.ts';
import { enqueueBackfill } from '../store/streams.ts';
import { missingSlices, wholeSlices, type OpenSource } from './backfill-slices.ts';
import { backfillTargets, type BackfillScope, type BackfillTarget, type LeftOut } from './backfill-targets.ts';

export interface BackfillWish extends BackfillScope {
  /** Local days of a slice. */
  readonly sliceDays: number;
  readonly reason: string;
  readonly requestedBy: string;
  readonly priority: Priority;
  /** Only days that were never covered, or whose count differs from the source's. */
  readonly onlyMissing: boolean;
}

export interface BackfillDeps {
  readonly db: Database;
  readonly connectors: readonly Connector[];
  readonly openSource: OpenSource;
  readonly now: () => Date;
}

export interface StartedBackfill {
  readonly id: string;
  readonly rut: string;
  readonly source: string;
  readonly stream: string;
  readonly slices: number;
}

export interface Started {
  readonly started: readonly StartedBackfill[];
  /** Of those asked for: another one is at work on part of their range. */
  readonly refused: readonly { readonly rut: string; readonly source: string; readonly stream: string; readonly by: string }[];
  /** With `onlyMissing`: nothing is missing there. `compared` false: the source cannot be compared, so only coverage was looked at. */
  readonly complete: readonly { readonly rut: string; readonly source: string; readonly stream: string; readonly compared: boolean }[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Queues a date range of streams to be read again, one backfill for each stream of each connection; workers do them slice by slice.
 * @throws BackfillRefused; WrongInstant; BackfillOverlaps when nothing could be started because others are at work; SourceError when what is
 * missing cannot be found out
 */
export async function startBackfills(deps: BackfillDeps, wish: BackfillWish, signal: AbortSignal): Promise<Started> {
  const { db } = deps;
  const { targets, leftOut } = await backfillTargets(db, deps.connectors, wish);
  const started: StartedBackfill[] = [];
  const refused: Started['refused'][number][] = [];
  const complete: Started['complete'][number][] = [];
  let overlaps: BackfillOverlaps | null = null;
  for (const target of targets) {
    const { tenant, connection, connector, stream, range } = target;
    const named = { rut: tenant.rut, source: connector.id, stream: stream.name };
    const found = wish.onlyMissing ? await missing(deps, target, wish.sliceDays, signal) : null;
    const slices = found?.slices ?? (await wholeSlices(db, target, wish.sliceDays));
    if (slices.length === 0) {
      complete.push({ ...named, compared: found?.compared ?? false });
      continue;
    }
    try {
      const id = await addBackfill(db, {
        tenantId: tenant.id,
        connectionId: connection.id,
        source: connector.id,
        stream: stream.name,
        from: found === null ? range.from : slices[0]!.from,
        until: found === null ? range.until : slices.at(-1)!.until,
        reason: wish.reason,
        requestedBy: wish.requestedBy,
        priority: wish.priority,
        onlyMissing: wish.onlyMissing,
        counts: stream.counting?.entity ?? null,
        slices,
      });
      await enqueueBackfill(db, tenant.id, id);
      started.push({ ...named, id, slices: slices.length });
    } catch (error) {
      if (!(error instanceof BackfillOverlaps)) throw error;
      overlaps = error;
      refused.push({ ...named, by: error.id });
    }
  }
  if (started.length === 0 && complete.length === 0 && overlaps !== null) throw overlaps;
  return { started, refused, complete, leftOut };
}

async function missing(deps: BackfillDeps, target: BackfillTarget, days: number, signal: AbortSignal) {
  const context = await deps.openSource(target.connection, signal);
  return missingSlices(deps.db, target, context, days, deps.now());
}
