/** Whole Unix seconds → `YYYY-MM-DDTHH:MM:SSZ`. */
export function fromSeconds(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** The same where Chatwoot writes 0 for "none" (it sends `nil.to_i`), or leaves the key out. */
export function fromSecondsOrNone(seconds: number | null | undefined): string | null {
  return seconds === null || seconds === undefined || seconds === 0 ? null : fromSeconds(seconds);
}

/**
 * Unix seconds with a fraction (1781699696.654321) → an instant with exactly six decimals. Doubles of this size lie 0.24 µs
 * apart, so the nearest microsecond is the one the source meant, and the product stays below 2^53.
 */
export function fromFractionalSeconds(seconds: number): string {
  const micros = Math.round(seconds * 1e6);
  const fraction = String(micros % 1e6).padStart(6, '0');
  return `${new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** An instant as Unix seconds, the fraction (to the millisecond) kept. */
export function toSeconds(instant: string): number {
  return Date.parse(instant) / 1000;
}

/** The UTC day `days` after the one given, `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
