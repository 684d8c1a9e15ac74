import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RawJson, writeJson } from './raw-json.ts';

test('JSON inside is written letter by letter, whatever stands around it', () => {
  const answer = {
    rows: [
      [new RawJson('{"a": 1.50, "b": 12345678901234567890}'), 'x'],
      [null, new RawJson('[]')],
    ],
  };
  expect(writeJson(answer)).toBe('{"rows":[[{"a": 1.50, "b": 12345678901234567890},"x"],[null,[]]]}');
  expect(writeJson({ text: '\\u00000\\u0000', other: '"\\u00000\\u0000"', raw: new RawJson('"\\u00000"') })).toBe(
    '{"text":"\\\\u00000\\\\u0000","other":"\\"\\\\u00000\\\\u0000\\"","raw":"\\u00000"}',
  );
  expect(() => JSON.stringify(answer)).toThrow('writeJson');
});

test('is JSON.stringify where there is none, and a value read back is the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (plain, values) => {
      expect(writeJson(plain)).toBe(JSON.stringify(plain));
      const whole = [plain, ...values.map((value) => new RawJson(JSON.stringify(value)))];
      expect(JSON.parse(writeJson(whole))).toEqual(JSON.parse(JSON.stringify([plain, ...values])));
    }),
  );
});
