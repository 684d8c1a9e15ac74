import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  buildClientSchema,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
  type GraphQLNamedType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { API_VERSION } from '../../connectors/shopify/settings.ts';
import type { Operation } from '../../connectors/shopify/queries/operation.ts';
import { recordCounts } from '../../connectors/shopify/queries/record-counts.ts';
import { shopifySchema } from '../../src/sandbox/shopify/schema.ts';

const root = join(import.meta.dirname, '../..');
const recorded = process.env['KPI_RECORDED_DIR'] ?? join(root, '../shared/recorded');
const file = join(dirname(recorded), 'contracts', `shopify-admin-${API_VERSION}.json.gz`);
const absent = !existsSync(file);
const note = absent ? ` (SKIPPED: no ${file})` : '';

const queries = join(root, 'connectors/shopify/queries');
const operations: Operation[] = [recordCounts('ordersCount', 3), recordCounts('abandonedCheckoutsCount', 1)];
for (const name of readdirSync(queries)) {
  const exported = (await import(join(queries, name))) as Record<string, unknown>;
  operations.push(...Object.values(exported).filter(isOperation));
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'text' in value && 'name' in value;
}

function realSchema(): GraphQLSchema {
  const { data } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as { data: IntrospectionQuery };
  return buildClientSchema(data, { assumeValid: true });
}

const complaints = (schema: GraphQLSchema, text: string): string[] =>
  validate(schema, parse(text), [...specifiedRules, NoDeprecatedCustomRule]).map(({ message }) => message);

describe('the queries', () => {
  test('are found, each named as its operation', () => {
    expect(operations.length).toBeGreaterThan(8);
    for (const { name, text } of operations) expect(text).toMatch(new RegExp(`query ${name}\\b`));
  });

  test.each(operations)('$name is valid in the schema of the sandbox', ({ text }) => {
    expect(complaints(shopifySchema, text)).toEqual([]);
  });
});

describe.skipIf(absent)(`the real Admin schema${note}`, () => {
  const real = absent ? null : realSchema();

  test.each(operations)('$name is valid in it and uses nothing deprecated', ({ text }) => {
    expect(complaints(real!, text)).toEqual([]);
  });

  test('a query for a field that does not exist is found', () => {
    expect(complaints(real!, '{ shop { nombre } }')).toHaveLength(1);
  });

  test('the schema of the sandbox is a part of it', () => {
    const own = Object.values(shopifySchema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
    expect(own.flatMap((type) => beyond(type, real!.getType(type.name)))).toEqual([]);
  });
});

/** What a type of the sandbox claims that the real one does not have. */
function beyond(own: GraphQLNamedType, real: GraphQLNamedType | undefined): string[] {
  if (real === undefined || real.constructor.name !== own.constructor.name) return [own.name];
  if (isScalarType(own)) return [];
  if (isEnumType(own) && isEnumType(real)) {
    return own
      .getValues()
      .filter(({ name }) => real.getValue(name) === undefined)
      .map(({ name }) => `${own.name}.${name}`);
  }
  const both =
    isObjectType(own) && isObjectType(real) ? { own, real } : isInterfaceType(own) && isInterfaceType(real) ? { own, real } : null;
  if (both === null) return [`${own.name} is of a kind this test does not compare`];
  return Object.values(both.own.getFields()).flatMap((field) => {
    const other = both.real.getFields()[field.name];
    if (other === undefined || String(other.type) !== String(field.type)) return [`${own.name}.${field.name}: ${String(field.type)}`];
    const required = other.args.filter((arg) => String(arg.type).endsWith('!') && arg.defaultValue === undefined);
    const missing = required.filter((arg) => !field.args.some(({ name }) => name === arg.name));
    const surplus = field.args.filter((arg) => {
      const known = other.args.find(({ name }) => name === arg.name);
      return known === undefined || String(known.type) !== String(arg.type) || known.defaultValue !== arg.defaultValue;
    });
    return [...missing, ...surplus].map(({ name }) => `${own.name}.${field.name}(${name})`);
  });
}
