import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-';

/** A NanoID (21 characters) that is always the same for the same parts: the identity of a card over all Metabases. */
export function entityIdOf(...parts: readonly string[]): string {
  const bytes = digest(parts);
  return Array.from({ length: 21 }, (_, i) => ALPHABET[bytes[i]! & 63]).join('');
}

/** A uuid that is always the same for the same parts; Metabase wants one for each template tag. */
export function tagIdOf(...parts: readonly string[]): string {
  const hex = digest(parts).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Eight hex digits, as Metabase names parameters. */
export function parameterIdOf(...parts: readonly string[]): string {
  return digest(parts).toString('hex').slice(0, 8);
}

/** By what an object without an identity of its own is known again: the last line of its description. */
export function markerOf(...parts: readonly string[]): string {
  return `[kpi:${entityIdOf('marker', ...parts)}]`;
}

/** Hash of a specification; the order of keys does not matter. */
export function specHash(spec: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex');
}

function digest(parts: readonly string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
