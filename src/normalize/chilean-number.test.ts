import { expect, test } from 'vitest';
import { chileanNumber } from './chilean-number.ts';

test.each([
  ['0', '0'],
  ['999', '999'],
  ['1000', '1.000'],
  ['-1234567.5', '-1.234.567,5'],
  ['12345678901234567890.123456', '12.345.678.901.234.567.890,123456'],
])('%s is written %s', (decimal, written) => {
  expect(chileanNumber(decimal)).toBe(written);
});
