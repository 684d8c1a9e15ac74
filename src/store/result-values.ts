import pg from 'pg';
import { RawJson } from './raw-json.ts';

/** A value as it goes into JSON. */
export type JsonValue = string | number | boolean | null | object;

const TRUE = 't';
/** What JSON has a number for that holds every value. bigint and numeric are not among them. */
const NUMBERS = new Set([21, 23, 26]);
const FLOATS = new Set([700, 701]);
const BOOLEAN = 16;
const JSONS = new Set([114, 3802]);
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
/** Arrays by the type of their elements; those of other types stay text. */
const ARRAYS: ReadonlyMap<number, number> = new Map([
  [1000, 16],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1115, 1114],
  [1182, 1082],
  [1185, 1184],
  [1231, 1700],
  [2951, 2950],
]);

/**
 * A value from the text Postgres wrote (with ISO dates), without losing a digit: bigint and numeric stay text, instants keep their
 * microseconds and their offset, JSON is passed on as it is (see RawJson).
 */
export function jsonValue(oid: number, text: string | null): JsonValue {
  if (text === null) return null;
  if (NUMBERS.has(oid)) return Number(text);
  if (FLOATS.has(oid)) return Number.isFinite(Number(text)) ? Number(text) : text;
  if (oid === BOOLEAN) return text === TRUE;
  if (JSONS.has(oid)) return new RawJson(text);
  if (oid === TIMESTAMP) return text.replace(/^(\d{4,}-\d\d-\d\d) /, '$1T');
  // An offset of whole hours is written without its minutes.
  if (oid === TIMESTAMPTZ) return text.replace(/^(\d{4,}-\d\d-\d\d) (.*)$/, '$1T$2').replace(/T(.*[+-]\d\d)$/, (whole) => `${whole}:00`);
  const element = ARRAYS.get(oid);
  if (element === undefined) return text;
  return arrayParser.create(text, (part) => jsonValue(element, part)).parse();
}

// Declared otherwise than it is.
const arrayParser = pg.types.arrayParser as unknown as {
  create(text: string, transform: (part: string) => JsonValue): { parse(): JsonValue[] };
};
