/** What a rule's statement says of one subject. */
export interface Finding {
  /** Stable key of what is judged; `*`: of the whole kind nothing can be said now. */
  readonly subject: string;
  /** Spanish. */
  readonly title: string;
  /** Of what it is said, where that changes (a day): a new occasion of a subject that still fires is news. */
  readonly occasion: string | null;
  /** Decimal text. */
  readonly value: string | null;
  /** Null: not known. Nothing is concluded from what is not known. */
  readonly breach: boolean | null;
  /** Why it is not known (Spanish). */
  readonly because: string | null;
  /** Rows for the message. */
  readonly cells: readonly (readonly unknown[])[];
}

/** What is remembered of a subject between evaluations. Instants are milliseconds. */
export interface AlertState {
  readonly subject: string;
  readonly title: string;
  readonly state: 'ok' | 'pending' | 'firing';
  readonly since: number;
  readonly breachSince: number | null;
  readonly okSince: number | null;
  /** Whether the present firing was told. */
  readonly announced: boolean;
  /** When a firing of the subject was last told. */
  readonly notifiedAt: number | null;
  readonly notifiedOccasion: string | null;
  readonly value: string | null;
}

export interface Timing {
  readonly cooldownMs: number;
  /** How long a breach, or its end, has to last before it counts. */
  readonly forMs: number;
}

export interface Step {
  /** Null: nothing has to be remembered. */
  readonly next: AlertState | null;
  readonly event: 'firing' | 'resolved' | null;
}

/**
 * One step of a subject's state machine: ok → pending → firing → ok. A firing is told at once, or when the cooldown that began with the
 * last telling is over and it still fires; it is told again for a new occasion. Its end is told only if it was. What is not known changes
 * nothing. Pure, so that evaluating twice at one instant is the same as once.
 */
export function advance(before: AlertState | null, finding: Finding, timing: Timing, now: number): Step {
  if (finding.breach === null) return { next: before, event: null };
  return finding.breach ? over(before, finding, timing, now) : within(before, finding, timing, now);
}

function over(before: AlertState | null, finding: Finding, timing: Timing, now: number): Step {
  const { subject, title, value } = finding;
  const breachSince = before?.breachSince ?? now;
  const told = { notifiedAt: before?.notifiedAt ?? null, notifiedOccasion: before?.notifiedOccasion ?? null };
  const was = before?.state ?? 'ok';
  if (was !== 'firing' && now - breachSince < timing.forMs) {
    const since = was === 'pending' && before !== null ? before.since : now;
    return { next: { subject, title, value, state: 'pending', since, breachSince, okSince: null, announced: false, ...told }, event: null };
  }
  const since = was === 'firing' && before !== null ? before.since : now;
  const announced = was === 'firing' && before?.announced === true;
  const news = !announced || finding.occasion !== told.notifiedOccasion;
  const rested = told.notifiedAt === null || now - told.notifiedAt >= timing.cooldownMs;
  const next = { subject, title, value, state: 'firing', since, breachSince, okSince: null } as const;
  if (!news || !rested) return { next: { ...next, announced, ...told }, event: null };
  return { next: { ...next, announced: true, notifiedAt: now, notifiedOccasion: finding.occasion }, event: 'firing' };
}

function within(before: AlertState | null, { subject, title, value }: Finding, timing: Timing, now: number): Step {
  if (before === null) return { next: null, event: null };
  if (before.state === 'firing') {
    const okSince = before.okSince ?? now;
    if (now - okSince < timing.forMs) return { next: { ...before, okSince, value }, event: null };
  }
  // An ok subject is remembered as long as its cooldown lasts.
  const resting = before.notifiedAt !== null && now - before.notifiedAt < timing.cooldownMs;
  const { notifiedAt, notifiedOccasion } = before;
  const since = before.state === 'ok' ? before.since : now;
  const ok: AlertState = {
    subject,
    title,
    value,
    state: 'ok',
    since,
    breachSince: null,
    okSince: null,
    announced: false,
    notifiedAt,
    notifiedOccasion,
  };
  return { next: resting ? ok : null, event: before.state === 'firing' && before.announced ? 'resolved' : null };
}
