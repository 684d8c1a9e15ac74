import type { Draft, Notice, Reject } from '#contract';
import type { DetailsReader } from './error-details.ts';
import type { N8nClient } from './client.ts';
import { statusRule, toExecution } from './mapping.ts';
import type { RawExecution } from './raw.ts';
import type { Walk, Watermark } from './walk.ts';

/** What one step of a walk has read, and where the walk stands after it. */
export interface PageParts {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
  readonly excluded: Readonly<Record<string, number>>;
  readonly notices: readonly Notice[];
  readonly walk: Walk;
}

/** What a step reads with. */
export interface WalkTools {
  readonly client: N8nClient;
  readonly details: DetailsReader;
  readonly mark: Watermark | null;
}

/** Counts records left out, by rule. */
export class Tally {
  readonly counts: Record<string, number> = {};

  add(rule: 'other_tenant' | 'outside_range' | 'not_started'): void {
    this.counts[rule] = (this.counts[rule] ?? 0) + 1;
  }
}

/** Moves the ids of rows between open, pending and done. Only runs of this connection are given. */
export function trackOpen(walk: Walk, rows: readonly RawExecution[]): Pick<Walk, 'open' | 'pending'> {
  const open = new Set(walk.open);
  const pending = new Set(walk.pending);
  for (const row of rows) {
    pending.delete(row.id);
    if (statusRule(row.status).open) open.add(row.id);
    else open.delete(row.id);
  }
  return { open: [...open], pending: [...pending] };
}

/** Maps rows, with what is known about the failed ones. Not started ones are counted. */
export function draftsOf(rows: readonly RawExecution[], found: Awaited<ReturnType<DetailsReader>>['found'], tally: Tally): Draft[] {
  return rows.flatMap((row) => {
    const draft = toExecution(row, found.get(row.id) ?? null);
    if (draft === null) tally.add('not_started');
    return draft ?? [];
  });
}
