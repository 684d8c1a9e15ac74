/**
 * Whether everything that is wanted is there. Metabase adds keys of its own, so what it has more does not count; a list has to agree
 * item by item, and null counts as absent.
 */
export function holds(found: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return found === undefined || found === null;
  if (Array.isArray(wanted))
    return Array.isArray(found) && found.length === wanted.length && wanted.every((item, i) => holds(found[i], item));
  if (typeof wanted === 'object') {
    if (typeof found !== 'object' || found === null) return false;
    return Object.entries(wanted).every(([key, value]) => holds((found as Record<string, unknown>)[key], value));
  }
  return found === wanted;
}

/** The keys of `wanted` that are not as they should be. */
export function differing(found: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted).flatMap(([key, value]) => (holds(found[key], value) ? [] : [key]));
}
