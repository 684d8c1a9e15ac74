import type { RequestEvent } from '../outbound/http-stats.ts';
import type { Balance } from '../store/balance.ts';
import type { LanePlace } from '../store/lease.ts';
import type { RunOutcome } from '../store/runs.ts';

/** A run that has taken its lease. */
export interface ObservedRun extends LanePlace {
  readonly id: string;
  readonly source: string;
  /** The lease was taken from a holder that had fallen silent. */
  readonly takenOver: boolean;
}

/** One committed batch. Instants are milliseconds since 1970. */
export interface ObservedBatch {
  readonly balance: Balance;
  readonly pages: number;
  readonly began: number;
  readonly ended: number;
  /** The part under the tenant's lock; null when there was nothing to write. */
  readonly merge: { readonly began: number; readonly ended: number } | null;
}

/** Told what a run does, for metrics and traces: ids, counts and times, no record. None of its methods throws. */
export interface RunWatch {
  /** A page is asked for; the requests that follow belong to it. */
  asked(): void;
  /** It has come. */
  read(records: number): void;
  request(event: RequestEvent): void;
  committed(batch: ObservedBatch): void;
  ended(outcome: RunOutcome): void;
}

/** Begins to watch one run. */
export type Observer = (run: ObservedRun) => RunWatch;

/** Several observers as one. */
export function observeTogether(observers: readonly Observer[]): Observer {
  return (run) => {
    const watches = observers.map((observe) => observe(run));
    return {
      asked: () => watches.forEach((watch) => watch.asked()),
      read: (records) => watches.forEach((watch) => watch.read(records)),
      request: (event) => watches.forEach((watch) => watch.request(event)),
      committed: (batch) => watches.forEach((watch) => watch.committed(batch)),
      ended: (outcome) => watches.forEach((watch) => watch.ended(outcome)),
    };
  };
}

/** Of a run that nobody watches. */
export const unwatched: RunWatch = observeTogether([])({} as ObservedRun);
