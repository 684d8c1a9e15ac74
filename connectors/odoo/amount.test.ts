import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountOf, plain, roundTo, scale, significant, textOf } from './amount.ts';

describe('amounts', () => {
  test.each([
    [1297060.89, '1297060.89'],
    [64229, '64229'],
    [-0.5, '-0.5'],
    [1e-7, '0.0000001'],
    [1.5e21, '1500000000000000000000'],
    [-0, '0'],
  ])('%d is %s', (value, text) => {
    expect(textOf(amountOf(value))).toBe(text);
  });

  test.each([
    [19990.400000000001, '19990.4'],
    [0.30000000000000004, '0.3'],
  ])('the noise of %d is gone', (value, text) => {
    expect(plain(value)).toBe(text);
  });

  test.each([
    [950.2500000000001, '950.25'],
    [0.00105235, '0.00105235'],
    [39800.123456, '39800.123456'],
  ])('a computed rate of %d is %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  test('rounding is half away from zero', () => {
    expect([2.5, -2.5, 1.4999].map((value) => textOf(roundTo(amountOf(value), 0)))).toEqual(['3', '-3', '1']);
    expect(textOf(roundTo(scale(amountOf(64229), amountOf(100), amountOf(90)), 0))).toBe('71366');
  });

  test('any two-place amount survives the way in and out', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), (cents) => {
        expect(Number(textOf(amountOf(cents / 100)))).toBe(cents / 100 + 0);
      }),
    );
  });

  test('what is no finite number is refused', () => {
    expect(() => amountOf(Number.NaN)).toThrow(RangeError);
  });
});
