import { z } from 'zod';

/** Column types the warehouse uses for source fields. */
export type PgType = 'text' | 'text[]' | 'numeric' | 'timestamptz' | 'date' | 'integer' | 'bigint' | 'boolean';

/** One column of an entity: how a draft states it, and how Postgres stores it. */
export interface Field<Z extends z.ZodType = z.ZodType> {
  readonly pg: PgType | 'uuid';
  readonly schema: Z;
  /** Set for references: the draft gives the other record's source id, the row holds its uuid. */
  readonly ref?: string;
  /** The column it is stored in, where that is not called as the field. */
  readonly column?: string;
}

const field = <Z extends z.ZodType>(pg: Field['pg'], schema: Z): Field<Z> => ({ pg, schema });

// Postgres refuses NUL in text, and a lone surrogate cannot be encoded as UTF-8: such a record goes to quarantine.
const storable = z
  .string()
  .refine((s) => !s.includes('\u0000'), 'holds a NUL character')
  .refine((s) => s.isWellFormed(), 'holds a lone surrogate (broken Unicode)');

/** Text of at most 2,000 characters. */
export const text = () => field('text', storable.max(2000));
/** A closed list of words. */
export const word = <const W extends readonly [string, ...string[]]>(words: W) => field('text', z.enum(words));
/** A list of short texts, stored sorted so that order never counts as a change. */
export const texts = () => field('text[]', z.array(storable.max(500)).max(500));
/**
 * An amount of money or a quantity as a decimal string, never a float: at most 24 digits before and 12 after the point.
 * The currency stands in a column beside it.
 */
export const decimal = () => field('numeric', z.string().regex(/^-?\d{1,24}(\.\d{1,12})?$/, 'is not a plain decimal number'));
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Whether a date (`YYYY-MM-DD`), or a UTC instant beginning with one, is in the calendar. `Date` takes 30 February for 2 March, and
 * Postgres then refuses the whole batch. Arithmetic, because it is asked for every instant of every row.
 */
export function isInCalendar(date: string): boolean {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (!(year >= 1 && day >= 1 && day <= (DAYS_OF_MONTH[month - 1] ?? 0) + (leap ? 1 : 0))) return false;
  return date.length === 10 || (date.slice(11, 13) <= '23' && date.slice(14, 16) <= '59' && date.slice(17, 19) <= '59');
}

/** An instant, ISO 8601 with zone `Z`. Years outside 1970–2100 are refused as garbage. */
export const instant = () =>
  field(
    'timestamptz',
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/, 'is not an instant in UTC')
      .refine((s) => isInCalendar(s) && s >= '1970' && s < '2101', 'is not a plausible instant'),
  );
/** A source's date without time: kept as a date, never converted (it is the day). */
export const day = () =>
  field(
    'date',
    z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/, 'is not a date')
      .refine(isInCalendar, 'is not a day of the calendar'),
  );
/** A whole number within 32 bits. */
export const int = () => field('integer', z.number().int().min(-2147483648).max(2147483647));
/** A whole number within 2^53. */
export const bigint = () => field('bigint', z.number().int().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER));
export const bool = () => field('boolean', z.boolean());
/** The source id of another record of the same connection. The row stores its uuid, so arrival order is free. */
export const ref = <const E extends string>(entity: E) => ({
  ...field('uuid', storable.min(1).max(200)),
  ref: entity,
});
/** The same field, allowed to be null. */
export const optional = <Z extends z.ZodType>(f: Field<Z>): Field<z.ZodNullable<Z>> => ({ ...f, schema: f.schema.nullable() });
/** The same field, which a draft may leave out: only some sources have it. */
export const rare = <Z extends z.ZodType>(f: Field<Z>): Field<z.ZodOptional<z.ZodNullable<Z>>> => ({ ...f, schema: f.schema.nullish() });
/** The same field, stored in a column of this name: what the field is called is the column of something derived from it. */
export const storedAs = <F extends Field>(column: string, f: F): F => ({ ...f, column });
