import { z } from 'zod';

/*
 * How Odoo states values (same on 16 and 19): empty is `false` for every type but numbers and booleans, so what `false` means
 * follows from the field's type and never from the value. A field that is not installed or not readable is absent.
 *
 * Each type is one plain check instead of a zod union: a page has tens of thousands of values, and unions try every branch.
 */

/** Reads one value of a type; undefined when it is none. */
type Read<T> = (value: unknown) => T | undefined;

function valueOf<T>(read: Read<T>, fault: string) {
  const required = z.unknown().transform((value, context): T => {
    const got = read(value);
    if (got !== undefined) return got;
    context.addIssue({ code: 'custom', message: value === undefined ? 'is missing' : fault });
    return z.NEVER;
  });
  const absent = z
    .unknown()
    .optional()
    .transform((value, context): T | null => {
      if (value === undefined) return null;
      const got = read(value);
      if (got !== undefined) return got;
      context.addIssue({ code: 'custom', message: fault });
      return z.NEVER;
    });
  return Object.assign(required, { absent });
}

/** A field that this version or installation may lack: absent reads as null. */
export function maybe<T>(type: { readonly absent: T }): T {
  return type.absent;
}

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value) =>
    value === false ? null : read(value);

export const recordId = valueOf((value) => (isId(value) ? value : undefined), 'is not a record id');

/** Text, or null. */
export const char = valueOf(
  orNull((value) => (typeof value === 'string' ? value : undefined)),
  'is neither text nor false',
);

/** The other record's id, or null. Classic answers say `[id, name]`, with `load: null` the bare id; the name is never used. */
export const many2one = valueOf(
  orNull((value) => {
    const id: unknown = Array.isArray(value) && value.length === 2 ? value[0] : value;
    return isId(id) ? id : undefined;
  }),
  'is neither a record nor false',
);

/** Ids of related records (many2many); an empty list is one. */
export const many2many = valueOf(
  (value): readonly number[] | undefined => (Array.isArray(value) && value.every(isId) ? value : undefined),
  'is not a list of records',
);

/** Naive UTC in whole seconds (Odoo stores microseconds and shows them cut off; measured on 16 and 19) as an instant. */
export const datetime = valueOf(
  orNull((value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value) ? `${value.replace(' ', 'T')}Z` : undefined,
  ),
  'is neither a datetime nor false',
);

/** A plain date, or null. */
export const date = valueOf(
  orNull((value) => (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined)),
  'is neither a date nor false',
);

/** Integer, float or monetary. Beyond 2^53 a JSON number no longer says what the database holds. */
export const number = valueOf(
  (value) => (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined),
  'is not a number within 2^53',
);

export const flag = valueOf((value) => (typeof value === 'boolean' ? value : undefined), 'is neither true nor false');
