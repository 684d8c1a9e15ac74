import { describe, expect, test } from 'vitest';
import { assertSameInstance, floorAfter, followWalk, watermarkAfter, type Watermark } from './walk.ts';

const mark = (change: Partial<Watermark> = {}): Watermark => ({
  maxId: '50000',
  maxStartedAt: '2026-11-20T12:00:00.000Z',
  open: [],
  workflows: null,
  ...change,
});
const start = { newest: { id: '50100', startedAt: '2026-11-20T13:00:00.000Z' }, asOf: null, workflows: null, from: null };

describe('how far down a walk reads', () => {
  test('1,000 ids below the watermark', () => {
    expect(floorAfter(mark())).toBe('49000');
  });

  test('1,000 ids below the oldest open run, compared as numbers and not as text', () => {
    expect(floorAfter(mark({ open: ['49990', '9000', '48500'], maxId: '18000' }))).toBe('8000');
  });

  test('a run that has waited for long does not make every walk read everything', () => {
    expect(floorAfter(mark({ open: ['7'] }))).toBe('40000');
  });

  test('never below the first id', () => {
    expect(floorAfter(mark({ maxId: '12' }))).toBe('0');
  });
});

describe('what a walk reads', () => {
  test('open runs by status first, the default list last', () => {
    expect(followWalk({ ...start, mark: null }).lists.map((list) => list.status)).toEqual(['new', 'waiting', 'running', null]);
  });

  test('workflows that joined since are read from their beginning', () => {
    const walk = followWalk({ ...start, mark: mark({ workflows: ['a'] }), workflows: ['a', 'b'] });
    expect(walk.lists.at(-1)).toEqual({ status: null, workflow: 'b', floor: '0' });
  });

  test('a connection that now takes the whole instance reads it whole', () => {
    const walk = followWalk({ ...start, mark: mark({ workflows: ['a'] }) });
    expect(walk.lists.at(-1)).toEqual({ status: null, workflow: null, floor: '0' });
  });
});

describe('the watermark', () => {
  test('does not go back when the newest runs were deleted', () => {
    const done = {
      ...followWalk({ ...start, mark: mark() }),
      newest: { id: '49990', startedAt: '2026-11-20T11:00:00.000Z' },
      open: ['49980'],
    };
    expect(watermarkAfter(mark(), done)).toEqual(mark({ open: ['49980'], asOf: null }));
  });

  test('of an instance without runs is none', () => {
    expect(watermarkAfter(null, followWalk({ ...start, mark: null, newest: null }))).toBeNull();
  });

  test('deleted newest runs are no new instance; lower ids that began later are', () => {
    expect(() => assertSameInstance(mark(), { id: '49990', startedAt: '2026-11-20T11:00:00.000Z' })).not.toThrow();
    expect(() => assertSameInstance(mark(), { id: '12', startedAt: '2026-11-21T11:00:00.000Z' })).toThrow(/restored or made anew/);
  });
});
