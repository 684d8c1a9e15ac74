import { expect, test } from 'vitest';
import { bindCard } from './card-sql.ts';

const card = (sql: string) => ({ key: 'x', sql });

test('a filter is a parameter, the same one each time it is named', () => {
  expect(bindCard(card('select {{desde}}::date, {{hasta}}::date, {{ desde }}'), { desde: '2026-01-01', hasta: "'; drop" })).toEqual({
    text: 'select $1::date, $2::date, $1',
    values: ['2026-01-01', "'; drop"],
  });
});

test('an optional part goes when its filter is empty, and is there when it is not', () => {
  const sql = 'select 1 where true [[and channel = {{canal}}]] [[and day >= {{desde}}::date and x = {{canal}}]]';
  expect(bindCard(card(sql), { desde: '2026-01-01', canal: null })).toEqual({ text: 'select 1 where true  ', values: [] });
  expect(bindCard(card(sql), { desde: '2026-01-01', canal: 'Web' })).toEqual({
    text: 'select 1 where true and channel = $1 and day >= $2::date and x = $1',
    values: ['Web', '2026-01-01'],
  });
});

test('a filter that must have a value says which card needs it', () => {
  expect(() => bindCard(card('select {{desde}}'), {})).toThrow('card x needs a value for {{desde}}');
});
