import { expect, test } from 'vitest';
import { z } from 'zod';
import { secretValues, settingFields } from '../../src/outbound/secret-values.ts';

const secret = z.string().min(1).describe('A key').meta({ secret: true });
const plain = z.strictObject({
  base_url: z.url().describe('Address'),
  api_key: secret,
  password: z.string().meta({ secret: true, description: 'Password' }).optional(),
  limit: z.number().default(5),
});

test('secret fields are found through wrappers, unions, refinements and transforms', () => {
  const schemas = [
    plain,
    plain.refine(() => true),
    plain.transform((settings) => settings),
    z.preprocess((value) => value, plain),
    z.union([plain, z.object({ token: secret })]),
    z.intersection(z.object({ token: secret }), plain.partial()),
  ];
  for (const schema of schemas) {
    const settings = { base_url: 'https://x.cl', api_key: 'k1', password: 'p1', limit: 3 };
    expect(secretValues(schema, settings)).toEqual(['k1', 'p1']);
  }
});

test('a field is described once, with what a person has to know', () => {
  expect(settingFields(z.union([plain, z.object({ base_url: z.string() })]))).toEqual([
    { name: 'base_url', secret: false, description: 'Address', optional: false },
    { name: 'api_key', secret: true, description: 'A key', optional: false },
    { name: 'password', secret: true, description: 'Password', optional: true },
    { name: 'limit', secret: false, description: null, optional: true },
  ]);
});

test('what is no object has no secrets', () => {
  expect(secretValues(plain, null)).toEqual([]);
  expect(secretValues(plain, { api_key: '', password: 5 })).toEqual([]);
});
