import { hash } from 'node:crypto';
import { z } from 'zod';
import {
  columnsOf,
  ENTITIES,
  IDENTITY_COLUMNS,
  isInCalendar,
  type Draft,
  type Entity,
  type Field,
  type IdentityColumn,
  type Refused,
  type Row,
} from '#contract';
import { canonicalDecimal, canonicalInstant, canonicalTexts } from './canonical-text.ts';
import { identityKeys } from './identity-keys.ts';
import { recordIds } from './record-id.ts';
import { refuse } from './refuse.ts';
import { statedRut } from './stated-rut.ts';

export interface NormalizeContext {
  readonly tenantId: string;
  readonly connectionId: string;
  /** The tenant's own key for identities, from the secret store. */
  readonly identityKey: Buffer;
  /** The tenant's own RUT: sales to it identify nobody. */
  readonly ownRut?: string;
}

const SOURCE_ID = z
  .string()
  .min(1, 'is empty')
  .max(200)
  .refine((s) => !s.includes('\u0000') && s.isWellFormed(), 'holds a NUL or broken Unicode');
const STAMP = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/, 'is not an instant in UTC')
  .refine(isInCalendar, 'is not in the calendar')
  .nullable();
const ENVELOPE = z.object({
  sourceId: SOURCE_ID,
  sourceCreatedAt: STAMP,
  sourceUpdatedAt: STAMP,
  sourceSeq: z.number().int().safe().optional(),
});

const SCHEMAS = Object.fromEntries(
  Object.entries(ENTITIES).map(([entity, fields]) => [
    entity,
    z.strictObject(Object.fromEntries(Object.entries(fields as Record<string, Field>).map(([name, field]) => [name, field.schema]))),
  ]),
) as unknown as Record<Entity, z.ZodType<Record<string, unknown>>>;

/**
 * The one place a draft becomes a row: checked against the canonical schema, stamped with its tenant's ids, in canonical text,
 * hashed. A draft that breaks a rule becomes a `Refused` with the reason; nothing here throws for bad data.
 */
export function normalizer(context: NormalizeContext): (draft: Draft, readSeq: bigint) => Row | Refused {
  const idOf = recordIds(context.tenantId, context.connectionId);
  return (draft, readSeq) => {
    const envelope = ENVELOPE.safeParse(draft);
    const fields = SCHEMAS[draft.entity].safeParse(draft.fields);
    if (!envelope.success || !fields.success) {
      const issues = [...(envelope.error?.issues ?? []), ...(fields.error?.issues ?? [])];
      const id = typeof draft.sourceId === 'string' ? draft.sourceId : null;
      return refuse(draft.entity, id, issues.slice(0, 5).map(explain).join('; '), draft.raw ?? draft.fields);
    }
    const keys = draft.entity === 'customer' ? identityKeys(context, draft.identity, `${context.connectionId}:${draft.sourceId}`) : null;
    const data = leavesRut(draft) ? { ...fields.data, ...statedRut(draft.identity) } : fields.data;
    const values = columnsOf(draft.entity).map((column) => {
      if (keys !== null && isIdentityColumn(column.name)) return keys[column.name];
      return toText(data[column.field], column.pg, (sourceId) => idOf(column.ref ?? '', sourceId));
    });
    const sourceCreatedAt = draft.sourceCreatedAt === null ? null : canonicalInstant(draft.sourceCreatedAt);
    const sourceUpdatedAt = draft.sourceUpdatedAt === null ? '-infinity' : canonicalInstant(draft.sourceUpdatedAt);
    const sourceSeq = draft.sourceSeq ?? 0;
    const content = JSON.stringify([sourceCreatedAt, sourceUpdatedAt, sourceSeq, values]);
    return {
      entity: draft.entity,
      id: idOf(draft.entity, draft.sourceId),
      sourceId: draft.sourceId,
      sourceCreatedAt,
      sourceUpdatedAt,
      sourceSeq,
      readSeq,
      hash: hash('sha256', content, 'hex').slice(0, 32),
      values,
      raw: draft.raw === undefined ? null : storableJson(draft.raw),
      complete: draft.complete ?? [],
    };
  };
}

/** Whether a connector says nothing itself of the RUT that its customer travels with. */
const leavesRut = (draft: Draft): boolean =>
  draft.entity === 'customer' && draft.fields.rut_display === null && draft.fields.rut_valid === null;

const isIdentityColumn = (name: string): name is IdentityColumn => (IDENTITY_COLUMNS as readonly string[]).includes(name);

function explain(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.') || 'record'}: ${issue.message}`;
}

/** The schemas let through only strings, numbers, booleans and lists of strings. */
function toText(value: unknown, pg: Field['pg'], idOf: (sourceId: string) => string): string | null {
  if (Array.isArray(value)) return canonicalTexts(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return null;
  if (pg === 'numeric') return canonicalDecimal(value);
  if (pg === 'timestamptz') return canonicalInstant(value);
  return pg === 'uuid' ? idOf(value) : value;
}

/** jsonb refuses \u0000 and half surrogates even escaped; a payload that holds one loses just that character. */
function storableJson(payload: unknown): string {
  const json = JSON.stringify(payload);
  if (!json.includes('\\u')) return json;
  return json.replaceAll(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2})/gi, '$1\\ufffd');
}
