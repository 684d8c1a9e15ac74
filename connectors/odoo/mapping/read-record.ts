import type { Entity, Reject } from '#contract';
import type { z } from 'zod';

/** A raw answer row as a typed record, or the reject that goes to quarantine with the reason. */
export function readRecord<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  entity: Entity,
  keep: readonly string[],
): { readonly row: T } | { readonly reject: Reject } {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { row: parsed.data };
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
  return { reject: rejectOf(entity, raw, `does not have the expected shape (${faults.slice(0, 3).join('; ')})`, keep) };
}

/** A record of Odoo that is understood but cannot become a draft. `keep` names the fields that may be stored with it. */
export function rejectOf(entity: Entity, raw: unknown, reason: string, keep: readonly string[]): Reject {
  const payload = whitelisted(raw, keep);
  const id = payload['id'];
  const known = typeof id === 'number' && Number.isSafeInteger(id) && id > 0;
  return { entity, sourceId: known ? String(id) : null, reason: `odoo ${entity}: ${reason}`, payload };
}

/** The named fields only. Text is cut short: what is wrong with a field shows in its first characters. */
export function whitelisted(raw: unknown, keep: readonly string[]): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null) return {};
  const kept: Record<string, unknown> = {};
  for (const key of keep) {
    const value: unknown = (raw as Readonly<Record<string, unknown>>)[key];
    if (value !== undefined) kept[key] = plainValue(value);
  }
  return kept;
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 200);
  if (Array.isArray(value) && value.every((id) => typeof id === 'number')) return value;
  // A classic many2one carries the other record's name, which may be a person's: the id alone is kept.
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value[0] : '(nested)';
  return typeof value === 'object' && value !== null ? '(nested)' : value;
}
