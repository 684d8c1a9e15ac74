import type { z } from 'zod';
import type { Entity, Reject } from '#contract';

export type Parsed<T> = { readonly record: T } | { readonly reject: Reject };

/** Keys whose values may be kept of a record that cannot be read: ids, words and times, never text a person wrote. */
const SAFE_KEYS: ReadonlySet<string> = new Set([
  'id',
  'inbox_id',
  'conversation_id',
  'message_id',
  'status',
  'channel_type',
  'content_type',
  'message_type',
  'private',
  'rating',
  'role',
  'created_at',
  'updated_at',
  'last_activity_at',
  'first_reply_created_at',
  'waiting_since',
  'snoozed_until',
]);

/** Checks one raw record. One that fails becomes a reject: its id, which fields are wrong and why, and a white-listed rest. */
export function parseRecord<T>(entity: Entity, schema: z.ZodType<T>, raw: unknown, context: Record<string, number> = {}): Parsed<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { record: parsed.data };
  // Zod names what it expected and the type it got, never the value.
  const faults = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'record'}: ${message}`);
  const id = rawId(raw);
  return {
    reject: {
      entity,
      sourceId: id === null ? null : String(id),
      reason: `Chatwoot's ${entity} cannot be read (${faults.join('; ')})`,
      payload: { ...safePart(raw), ...context },
    },
  };
}

/** The id of a record not yet checked, or null. */
export function rawId(raw: unknown): number | null {
  const id: unknown = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : null;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
}

function safePart(raw: unknown): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null) return {};
  const part: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw as Record<string, unknown>)) {
    if (!SAFE_KEYS.has(key)) continue;
    if (typeof value === 'string') part[key] = value.slice(0, 60);
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) part[key] = value;
  }
  return part;
}
