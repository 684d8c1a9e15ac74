/** An instant as the company's clocks show it: `2026-11-30 18:05`. */
export function localMinute(instant: string | null, timeZone: string): string | null {
  if (instant === null) return null;
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(instant));
}
