import { expect, test } from 'vitest';
import { initialFilters } from './initial-filters.ts';
import { period, salesChannel } from './filters.ts';

test('the period is the 90 days before today, other filters are empty', () => {
  expect(initialFilters([...period, salesChannel], '2026-11-27')).toEqual({ desde: '2026-08-29', hasta: '2026-11-26', canal: null });
});
