import { SourceError } from '#contract';
import { describe, expect, test } from 'vitest';
import type { ListPage, N8nClient, Query } from './client.ts';
import { errorDetailsReader, type DetailsRequest } from './error-details.ts';

/** Failed runs with ids from 100 down to 1, all of code 404 by list and of code 500 by id, so that the way shows. */
function failure(id: string, httpCode: string): Record<string, unknown> {
  return { id, status: 'error', data: { resultData: { lastNodeExecuted: 'A', redactedError: { type: 'NodeApiError', httpCode } } } };
}

const tooLarge = new SourceError({
  kind: 'data',
  code: 'too_large',
  message: 'the answer is larger than allowed',
  advice: 'Ask for less.',
});

function client(change: { list?: (query: Query) => ListPage | null; size?: number } = {}) {
  const asked: string[] = [];
  const page = (query: Query): ListPage => {
    const top = Number(query['cursor'] ?? '101');
    const ids = Array.from({ length: Math.min(25, top - 1) }, (_, index) => String(top - 1 - index));
    const rows = ids.map((id) => (query['includeData'] === undefined ? { id, status: 'error' } : failure(id, '404')));
    return { rows, nextCursor: top - 25 > 1 ? String(top - 25) : null, date: null };
  };
  const fake: N8nClient = {
    list: (_resource, query) => Promise.resolve(page(query)),
    listIfKnown: async (_resource, query) => {
      asked.push(`list ${query['cursor'] ?? 'top'}${query['includeData'] === undefined ? ' bare' : ''}`);
      return change.list === undefined ? page(query) : (change.list(query) ?? (query['includeData'] === undefined ? page(query) : null));
    },
    execution: async (id, withData) => {
      if (withData) asked.push(`run ${id}`);
      return withData ? failure(id, '500') : { id, jsonSizeBytes: change.size ?? 100 };
    },
    scopes: () => Promise.resolve(null),
  };
  return { asked, read: errorDetailsReader(fake) };
}

const request = (change: Partial<DetailsRequest>): DetailsRequest => ({
  ids: [],
  low: 0n,
  place: { cursor: null, end: false },
  filters: {},
  byList: true,
  ...change,
});

describe('why runs failed, read beside the main list', () => {
  test('the list is walked only as far down as the page reaches, and goes on where it stopped', async () => {
    const { asked, read } = client();
    const first = await read(request({ ids: ['90', '80'], low: 80n }));
    const second = await read(request({ ids: ['79', '60'], low: 60n, place: first.place }));
    expect([...first.found.keys(), ...second.found.keys()]).toEqual(expect.arrayContaining(['90', '80', '79', '60']));
    expect(asked).toEqual(['list top', 'list 76']);
  });

  test('a resumed walk finds the rest from the stored place', async () => {
    const first = await client().read(request({ ids: ['90'], low: 80n }));
    const { read } = client();
    const { found } = await read(request({ ids: ['79', '60'], low: 60n, place: first.place }));
    expect(found.get('79')?.category).toBe('not_found');
    expect(found.get('60')?.category).toBe('not_found');
  });

  test('a run that failed after its part of the list was read is read by its id', async () => {
    const { asked, read } = client();
    const { found } = await read(request({ ids: ['101', '100'], low: 100n }));
    expect(found.get('101')?.category).toBe('upstream');
    expect(asked).toEqual(['list top', 'run 101']);
  });

  test('a release that cannot redact is read by id from then on', async () => {
    const { asked, read } = client({ list: () => null });
    await read(request({ ids: ['90'], low: 90n }));
    const { found } = await read(request({ ids: ['80'], low: 80n }));
    expect(found.get('80')?.category).toBe('upstream');
    expect(asked).toEqual(['list top', 'run 90', 'run 80']);
  });

  test('a page too large to take is passed over by its ids, and its runs are read one by one', async () => {
    const { asked, read } = client({
      list: (query) => {
        if (query['includeData'] !== undefined) throw tooLarge;
        return {
          rows: [
            { id: '90', status: 'error' },
            { id: '70', status: 'error' },
          ],
          nextCursor: '70',
          date: null,
        };
      },
    });
    const { found, notices } = await read(request({ ids: ['90'], low: 80n }));
    expect(found.get('90')?.category).toBe('upstream');
    expect(notices).toEqual([]);
    expect(asked).toEqual(['list top', 'list top bare', 'run 90']);
  });

  test('a run whose data are too large is not asked for: its category stays open, with a notice', async () => {
    const { asked, read } = client({ size: 200_000_000 });
    const { found, notices } = await read(request({ ids: ['90'], byList: false }));
    expect(found.size).toBe(0);
    expect(notices.map((notice) => notice.code)).toEqual(['error_detail_unread']);
    expect(asked).toEqual([]);
  });
});
