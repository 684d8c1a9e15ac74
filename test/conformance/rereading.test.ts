import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import type { Draft, Page } from '../../src/contract/index.ts';
import { sandboxes, type Sandbox } from './support-sandboxes.ts';
import { fromStart, keyOf, readerOf, readPages, recordsOf, type Reader } from './support.ts';

const streams = connectors.flatMap((connector) =>
  connector.streams.flatMap((stream) => (stream.rereading === undefined ? [] : [{ connector, stream, rereading: stream.rereading }])),
);

test('streams of three sources read single records again', () => {
  expect(new Set(streams.map(({ connector }) => connector.id))).toEqual(new Set(['odoo', 'shopify', 'n8n']));
});

describe.each(streams)('$connector.id $stream.name', ({ connector, stream, rereading }) => {
  let sandbox: Sandbox;
  let reader: Reader;
  let known: Map<string, Draft>;
  beforeAll(async () => {
    sandbox = await sandboxes[connector.id]!();
    reader = readerOf(connector, sandbox);
    known = recordsOf(await readPages(stream, reader, fromStart));
  });
  afterAll(() => sandbox.server.close());

  const again = async (ids: readonly string[]): Promise<Page[]> => {
    const pages: Page[] = [];
    for await (const page of rereading.read(reader.context, ids)) pages.push(page);
    return pages;
  };
  /** Those whose own record can be told from what the quarantine would keep of them. */
  const told = () =>
    [...known.values()].flatMap((draft) => {
      const record = rereading.recordOf({ entity: draft.entity, sourceId: draft.sourceId, payload: draft.raw ?? draft.fields });
      return record === null ? [] : [{ draft, record }];
    });

  test('a record read again is what the walk read, children included', async () => {
    const some = told().slice(0, 7);
    expect(some.length).toBeGreaterThan(0);
    const pages = await again([...new Set(some.map(({ record }) => record))]);
    expect(pages.at(-1)!.end).toBe(true);
    const found = recordsOf(pages);
    for (const { draft } of some) expect(found.get(keyOf(draft))).toEqual(draft);
    // What comes along with them is the same as well; nothing else comes.
    for (const [key, draft] of found) if (draft.entity !== 'customer') expect(draft).toEqual(known.get(key));
    expect(pages.flatMap(({ rejects }) => rejects)).toEqual([]);
  });

  test('one that is not there is left out, beside one that is', async () => {
    const [{ draft, record } = { draft: null, record: '' }] = told();
    const found = recordsOf(await again([record, '999999999']));
    expect(found.has(keyOf(draft!))).toBe(true);
    expect(recordsOf(await again(['999999999'])).size).toBe(0);
  });

  test('what is no id of its list is told as such, and asked for nowhere', () => {
    const entity = stream.entities[0]!;
    for (const sourceId of [null, 'x; drop', '']) expect(rereading.recordOf({ entity, sourceId, payload: null })).toBeNull();
  });
});
