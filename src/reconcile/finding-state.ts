import type { FindingClass } from './finding-classes.ts';
import type { Suggestion } from './reconciliation.ts';

export const FINDING_STATES = ['open', 'explained', 'resolved', 'reappeared'] as const;

/**
 * open: nobody has said anything of it; explained: a person has, and it is of the amount that was explained; resolved: it is no more, or a
 * person says that it is settled; reappeared: it was resolved, and the sources say otherwise.
 */
export type FindingState = (typeof FINDING_STATES)[number];

/** States in which somebody has something to do. */
export const TO_DO: readonly FindingState[] = ['open', 'reappeared'];

/** A finding over time. Instants are UTC, money is decimal text in the tenant's currency. */
export interface TrackedFinding {
  readonly number: string;
  readonly key: string;
  readonly class: FindingClass;
  readonly component: string | null;
  readonly state: FindingState;
  /** Whether the last comparison that could tell found it. */
  readonly isThere: boolean;
  readonly amount: string;
  readonly value: string | null;
  readonly shopName: string | null;
  readonly erpName: string | null;
  readonly businessDay: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly suggestion: readonly Suggestion[] | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly stateAt: string;
  /** Local days from first seen until today, or until it was last seen. */
  readonly ageDays: number;
  /** Who put it into its state; null: a comparison. */
  readonly stateBy: string | null;
  readonly note: string | null;
}

/** A change of a finding's state; `actor` null: by a comparison. */
export interface FindingEvent {
  readonly at: string;
  readonly state: FindingState;
  readonly amount: string;
  readonly value: string | null;
  readonly actor: string | null;
  readonly note: string | null;
  readonly reason: string | null;
}

/** A record that a finding is about, and what opens it in its source. */
export interface FindingDocument {
  readonly entity: 'order' | 'invoice' | 'refund';
  readonly source: string;
  readonly connectionId: string;
  readonly sourceId: string;
  readonly name: string | null;
  readonly day: string | null;
  /** As the document states it, below zero where it gives back. */
  readonly amount: string | null;
  readonly currency: string | null;
  readonly state: string | null;
  /** No longer in the source. */
  readonly deleted: boolean;
  readonly refs: Readonly<Record<string, string>>;
}
