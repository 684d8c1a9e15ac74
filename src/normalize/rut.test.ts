import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDigit, formatRut, maskRut, parseRut } from './rut.ts';

describe('RUT', () => {
  test.each([
    '76042235-5',
    '76.042.235-5',
    ' 76 042 235 - 5 ',
    '760422355',
    'CL76042235-5',
    'cl-760422355',
    '76.042.235–5',
    '76.042.235‐5',
    '76.042.235−5',
    '0076042235-5',
    '76\u00a0042\u00a0235-5',
    '７６０４２２３５-５',
  ])('%j is read as 76042235-5', (text) => {
    expect(parseRut(text)).toEqual({
      canonical: '76042235-5',
      number: 76_042_235,
      digit: '5',
      rightDigit: '5',
      valid: true,
      isCompany: true,
      isGeneric: false,
    });
  });

  test.each(['', '-', 'K', '0-0', '000-0', 'sin rut', '76042235-X', '123456789-1', '7604223-55', '7-6042235-5', '12.345.678/5', '1e7-5'])(
    '%j is none',
    (text) => {
      expect(parseRut(text)).toBeNull();
    },
  );

  test('a wrong check digit is kept, and the right one named', () => {
    expect(parseRut('76953480-3')).toMatchObject({ canonical: '76953480-3', valid: false, rightDigit: '6' });
    expect(parseRut('76953480-6')).toMatchObject({ valid: true });
  });

  test('K and 0 are digits too', () => {
    expect(checkDigit(6)).toBe('K');
    expect(parseRut('6-k')).toMatchObject({ canonical: '6-K', valid: true });
    expect(checkDigit(14)).toBe('0');
  });

  test('of every number exactly one digit is right, and it survives any spelling', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), fc.nat({ max: 3 }), (number, zeros) => {
        const valid = Array.from('0123456789K').filter((digit) => parseRut(`${number}-${digit}`)?.valid);
        expect(valid).toEqual([checkDigit(number)]);
        const rut = parseRut(`${'0'.repeat(zeros)}${number}${checkDigit(number).toLowerCase()}`)!;
        expect(rut).toMatchObject({ number, valid: true });
        expect(parseRut(formatRut(rut))).toEqual(rut);
      }),
    );
  });

  test('a typing error in one digit is found, and two neighbours swapped', () => {
    const wrong = (digits: number[], digit: string) => parseRut(`${digits.join('')}-${digit}`)?.valid;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7, maxLength: 8 }),
        fc.nat({ max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        (digits, at, by) => {
          const digit = checkDigit(Number(digits.join('')));
          const [one = 0, next = 0] = digits.slice(at);
          expect(wrong(digits.with(at, ((one - 1 + by) % 9) + 1), digit)).toBe(false);
          if (one !== next) expect(wrong(digits.with(at, next).with(at + 1, one), digit)).toBe(false);
        },
      ),
    );
  });

  test('companies and the numbers that many share are told apart', () => {
    expect(parseRut('49.999.999-9')?.isCompany).toBe(false);
    expect(parseRut('50.000.000-7')?.isCompany).toBe(true);
    expect(['66666666-6', '55.555.555-5', '12345678-5'].map((text) => parseRut(text)?.isGeneric)).toEqual([true, true, false]);
  });

  test('is written for people with dots, and of a person only the end is shown', () => {
    expect(formatRut(parseRut('760422355')!)).toBe('76.042.235-5');
    expect(formatRut(parseRut('7775777-k')!)).toBe('7.775.777-K');
    expect(maskRut(parseRut('12.345.678-5')!)).toBe('*****678-5');
    expect(maskRut(parseRut('6-k')!)).toBe('*****006-K');
    expect(maskRut(parseRut('76042235-5')!)).toBe('76042235-5');
  });
});
