import { createHash } from 'node:crypto';
import type { Entity, Refused } from '#contract';

const LIMIT = 64 * 1024;
// The quarantine finds a record again by an index over its id, and an index entry must be short. No good record has a longer id.
const ID_LIMIT = 200;

/** A refused record for the quarantine: payload as JSON text (control characters and broken Unicode escaped), cut at 64 KB. */
export function refuse(entity: Entity, sourceId: string | null, reason: string, payload: unknown): Refused {
  const text = JSON.stringify(payload) ?? 'null';
  const bytes = Buffer.from(text, 'utf8');
  return {
    entity,
    sourceId: sourceId === null ? null : printable(sourceId.slice(0, ID_LIMIT)),
    reason: printable(reason).slice(0, 1000),
    payload: printable(bytes.length > LIMIT ? bytes.subarray(0, LIMIT).toString('utf8') : text),
    payloadLength: bytes.length,
    payloadSha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Postgres text holds neither NUL nor half a surrogate pair. */
function printable(text: string): string {
  return text.replaceAll('\u0000', '\\u0000').toWellFormed();
}
