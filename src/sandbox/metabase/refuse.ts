import type { SandboxAnswer } from '../http-server.ts';

/** Ends a request with a refusal, in the words Metabase uses. */
export class Refusal extends Error {
  readonly answer: SandboxAnswer;

  constructor(status: number, body: unknown) {
    super(`refused with ${status}`);
    this.answer = { status, body };
  }
}

export type Body = Readonly<Record<string, unknown>>;

export const notFound = (): Refusal => new Refusal(404, 'Not found.');
export const forbidden = (): Refusal => new Refusal(403, "You don't have permissions to do that.");
export const unauthenticated = (): Refusal => new Refusal(401, 'Unauthenticated');

/** A closed map: an unknown key is refused, and so is a missing one that is required. */
export function closed(value: unknown, allowed: readonly string[], required: readonly string[] = [], place = ''): Body {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, { errors: { [place]: 'value must be a map.' } });
  const errors: Record<string, string> = {};
  for (const key of Object.keys(value)) if (!allowed.includes(key)) errors[`${place}${key}`] = 'disallowed key';
  for (const key of required) if ((value as Body)[key] === undefined) errors[`${place}${key}`] = 'missing required key';
  if (Object.keys(errors).length > 0) throw new Refusal(400, { errors });
  return value as Body;
}

export function list(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal(400, { errors: { [place]: 'value must be a sequence.' } });
  return value;
}

export function text(body: Body, key: string): string {
  const value = body[key];
  if (typeof value !== 'string' || value.trim() === '') throw new Refusal(400, { errors: { [key]: 'value must be a non-blank string.' } });
  return value;
}

/** A value of JSON as text; nothing for what has none. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
