import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES, ERROR_KINDS, SourceError, type ErrorCode } from '../../src/contract/index.ts';
import { describeDatabaseError } from '../../src/store/pg-errors.ts';
import { describeFailure, describeStart } from '../../src/sync/failure.ts';

const job = { source: 'odoo', stream: { name: 'orders' } } as Parameters<typeof describeFailure>[1];
const codes = Object.keys(ERROR_CODES) as ErrorCode[];
const WHAT = { message: 'GET /web: the key was refused', advice: 'Store another one: kpi connect odoo' };

/** Words of English, and what only an operator can do. */
const FOREIGN = /\b(the|and|is|was|not|source|stream|key|kpi|check|connect)\b/i;

test('an error without a sentence in Spanish does not compile', () => {
  // @ts-expect-error: tsc refuses a code that ERROR_CODES does not have
  expect(new SourceError({ kind: 'config', code: 'said_by_nobody', ...WHAT }).code).toBe('said_by_nobody');
});

test.each(codes)('%s is told in Spanish, whatever its kind, without the words of its message', (code) => {
  for (const kind of ERROR_KINDS) {
    const { es, message, advice } = describeFailure(new SourceError({ kind, code, ...WHAT }), job);
    expect(es.startsWith(`${ERROR_CODES[code]} `)).toBe(true);
    expect(es).toMatch(/^[A-ZÉ][^\n]+[^.]\. [A-Z][^\n]+[^.]\.$/);
    expect(es).not.toMatch(FOREIGN);
    expect([message, advice]).toEqual([`odoo orders: ${WHAT.message}`, WHAT.advice]);
  }
});

test('every code in the list is one that something fails with', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = globSync(['src/**/*.ts', 'connectors/**/*.ts'], { cwd: root })
    .filter((file) => !file.endsWith('.test.ts') && file !== join('src', 'contract', 'error-codes.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

test.each([
  ['08006', 'database_unreachable'],
  ['57P01', 'database_unreachable'],
  ['53100', 'database_resources'],
  ['40P01', 'database_busy'],
  ['42501', 'database_rights'],
])('what the database refuses with %s is told in Spanish, too', (sqlstate, code) => {
  const error = Object.assign(new Error('said by Postgres'), { code: sqlstate });
  expect(describeDatabaseError(error)?.code).toBe(code);
  expect(describeFailure(error, job).es.startsWith(ERROR_CODES[code as ErrorCode])).toBe(true);
});

test('what has no code of its own is told by its kind', () => {
  const refused = Object.assign(new Error('column "a" does not exist'), { code: '42703' });
  const ours = 'La lectura se interrumpió por un error. Es una falla de este servicio: avise a quien lo administra.';
  expect(describeFailure(refused, job)).toMatchObject({ code: 'database_42703', es: ours });
  expect(describeFailure(new TypeError('x is undefined'), job)).toMatchObject({ code: 'bug', es: ours });
  expect(describeStart(new Error('env:TIENDA is not set')).es).toBe(
    'No se pudo empezar a leer: falta algo en la conexión, como su clave. Mientras no se corrija, no llegan datos nuevos.',
  );
});
