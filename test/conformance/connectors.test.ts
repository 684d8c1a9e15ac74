import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { ENTITIES, type Cursor, type Page, type ReadRequest } from '../../src/contract/index.ts';
import { settingFields } from '../../src/outbound/secret-values.ts';
import { ANCHOR, sandboxes, type Sandbox } from './support-sandboxes.ts';
import { errorOf, faultsOf, fromStart, readerOf, readPages, recordsOf, type Reader } from './support.ts';

const DAY = 86_400_000;
const before = (days: number) => new Date(ANCHOR.getTime() - days * DAY).toISOString();

test('connectors have unique ids, fit to stand in tables and commands', () => {
  const ids = connectors.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_]*$/);
});

test('every connector has a sandbox in this suite', () => {
  expect(Object.keys(sandboxes).toSorted()).toEqual(connectors.map(({ id }) => id).toSorted());
});

describe.each(connectors.filter(({ id }) => id in sandboxes))('connector $id', (connector) => {
  let sandbox: Sandbox;
  let reader: Reader;
  beforeAll(async () => {
    sandbox = await sandboxes[connector.id]!();
    reader = readerOf(connector, sandbox);
  });
  afterEach(() => {
    sandbox.server.faults.clear();
    expect(leaks(reader.logged(), reader)).toEqual([]);
  });
  afterAll(() => sandbox.server.close());

  describe('settings', () => {
    test('are refused when empty, and field by field when blank', () => {
      expect(connector.settings.safeParse({}).success).toBe(false);
      expect(connector.settings.safeParse(sandbox.settings).error).toBeUndefined();
      const texts = settingFields(connector.settings).filter(({ name }) => typeof sandbox.settings[name] === 'string');
      for (const { name } of texts) {
        for (const blank of ['', '  ']) {
          expect({ name, blank, taken: connector.settings.safeParse({ ...sandbox.settings, [name]: blank }).success }).toMatchObject({
            taken: false,
          });
        }
      }
    });

    test('describe every field, and mark what is secret', () => {
      const fields = settingFields(connector.settings);
      expect(fields.length).toBeGreaterThan(0);
      for (const { name, secret, description } of fields) {
        expect({ name, described: (description ?? '').length > 10 }).toEqual({ name, described: true });
        if (/token|secret|password|api_key/.test(name)) expect({ name, secret }).toEqual({ name, secret: true });
      }
      expect(reader.secrets.length).toBeGreaterThan(0);
    });

    test('give an origin and an account key that holds no secret', () => {
      const host = connector.host(sandbox.settings);
      expect(new URL(host).origin).toBe(host);
      const key = connector.accountKey(sandbox.settings);
      expect(key).not.toBe('');
      expect(connector.accountKey({ ...sandbox.settings })).toBe(key);
      expect(leaks(host + key, reader)).toEqual([]);
    });
  });

  test('names the page of a record in its own web interface, from stored settings alone, or none', async () => {
    const secret = new Set(settingFields(connector.settings).flatMap((field) => (field.secret ? [field.name] : [])));
    const parsed = connector.settings.parse(sandbox.settings) as Record<string, unknown>;
    const settings = Object.fromEntries(Object.entries(parsed).filter(([name]) => !secret.has(name)));
    const urls: string[] = [];
    for (const stream of connector.streams) {
      for (const entity of stream.entities) {
        const record = { entity, sourceId: '21', refs: { order_id: '22', conversation_id: '23', workflow_id: 'bF2x' }, version: '19.0' };
        const url = connector.recordUrl(settings, record);
        expect(connector.recordUrl(settings, record)).toBe(url);
        if (url !== null) urls.push(url);
        // What does not identify a record leads nowhere, and nowhere else.
        const odd = connector.recordUrl(settings, { ...record, sourceId: '../x?y#z', refs: {} });
        if (odd !== null) expect(new URL(odd).href).not.toMatch(/\.\.\/|\?y|#z/);
      }
    }
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(new URL(url).protocol).toMatch(/^https?:$/);
    expect(leaks(urls.join(' '), reader)).toEqual([]);
    expect(connector.recordUrl({}, { entity: 'order', sourceId: '21', refs: {}, version: null })).toBeNull();
  });

  test('has a README with headings', () => {
    const file = join(import.meta.dirname, '../../connectors', connector.id, 'README.md');
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8').match(/^#{1,2} \S/gm)?.length ?? 0).toBeGreaterThanOrEqual(4);
  });

  test('check says who it is, without an error and without a secret', async () => {
    const report = await connector.check(reader.context);
    expect(report.account).not.toBeNull();
    expect(report.version).not.toBe('');
    expect(report.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(leaks(JSON.stringify(report), reader)).toEqual([]);
  });

  test('streams have unique names, known entities and plausible times', () => {
    const names = connector.streams.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    for (const stream of connector.streams) {
      expect(stream.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(stream.description.length).toBeGreaterThan(10);
      expect(stream.entities.length).toBeGreaterThan(0);
      for (const entity of stream.entities) expect(Object.keys(ENTITIES)).toContain(entity);
      expect(stream.cursorVersion).toBeGreaterThanOrEqual(1);
      expect(stream.intervalSeconds).toBeGreaterThanOrEqual(60);
      expect(stream.intervalSeconds).toBeLessThanOrEqual(86_400);
      expect(stream.overlapSeconds).toBeGreaterThanOrEqual(0);
      // A source may let people change a record for weeks without a new time (Chatwoot: answers to surveys).
      expect(stream.overlapSeconds).toBeLessThanOrEqual(60 * 86_400);
    }
  });

  describe.each(connector.streams.map((stream) => ({ name: stream.name, stream })))('stream $name', ({ stream }) => {
    let whole: Page[];
    beforeAll(async () => {
      whole = await readPages(stream, reader, fromStart);
    });

    test('ends, and its cursor moves with every page that brings something', () => {
      expect(whole.map(({ end }) => end)).toEqual(whole.map((_, at) => at === whole.length - 1));
      expect(whole.map(({ cursor }) => cursor.v)).toEqual(whole.map(() => stream.cursorVersion));
      const full = whole.filter(({ drafts, end }) => drafts.length > 0 || end);
      expect(new Set(full.map(({ cursor }) => JSON.stringify(cursor))).size).toBe(full.length);
      // Only the end of a walk moves the watermark, and only it says what is covered.
      for (const page of whole.slice(0, -1)) {
        expect(page.cursor.watermark).toEqual(whole[0]?.cursor.watermark);
        expect(page.covered).toBeUndefined();
      }
      // A stream with a history remembers how far it came; a state is read whole each time.
      if (stream.backfill !== 'none' && stream.backfill !== 'snapshot') expect(whole.at(-1)?.cursor.watermark).not.toBeNull();
    });

    test('gives drafts of its entities that pass their canonical schema', () => {
      const drafts = whole.flatMap((page) => page.drafts);
      expect(drafts.length).toBeGreaterThan(0);
      expect(drafts.flatMap(faultsOf)).toEqual([]);
      for (const { entity, complete = [] } of drafts) for (const one of [entity, ...complete]) expect(stream.entities).toContain(one);
      expect(whole.flatMap((page) => page.rejects)).toEqual([]);
    });

    test('lets no secret into drafts and cursors', () => {
      expect(leaks(JSON.stringify(whole), reader)).toEqual([]);
    });

    test('states a snapshot only with its entities and the count of the source', () => {
      const snapshots = whole.flatMap((page) => (page.snapshot === undefined ? [] : [{ ...page.snapshot, drafts: page.drafts }]));
      if (stream.backfill === 'snapshot' || stream.deletions === 'snapshot') expect(snapshots.length).toBeGreaterThan(0);
      for (const { entities, counted, drafts } of snapshots) {
        for (const entity of entities) expect(stream.entities).toContain(entity);
        expect(drafts.filter(({ entity }) => entities.includes(entity))).toHaveLength(counted);
      }
    });

    test('read again, by another clock of ours, it says the same', async () => {
      const other = readerOf(connector, sandbox, { now: () => new Date(Date.now() + 700 * DAY) });
      const again = await readPages(stream, other, fromStart);
      expect(again).toEqual(whole);
    });

    test('goes on from the cursor of any page with the rest, and ends at the same place', async () => {
      const all = recordsOf(whole);
      for (const at of spread(whole.length - 1, 10)) {
        const rest = await readPages(stream, reader, { ...fromStart, cursor: whole[at]!.cursor });
        expect(recordsOf([...whole.slice(0, at + 1), ...rest])).toEqual(all);
        expect(rest.at(-1)?.cursor).toEqual(whole.at(-1)?.cursor);
        if (draftsIn(whole.slice(0, at + 1)) > 0) expect(draftsIn(rest)).toBeLessThan(draftsIn(whole));
      }
    });

    test('a next walk over an unchanged source brings nothing new, and does not go back', async () => {
      const last = whole.at(-1)!.cursor;
      const next = await readPages(stream, reader, { ...fromStart, cursor: last });
      const all = recordsOf(whole);
      for (const [key, draft] of recordsOf(next)) expect(draft).toEqual(all.get(key));
      expect(next.at(-1)?.end).toBe(true);
      const third = await readPages(stream, reader, { ...fromStart, cursor: next.at(-1)!.cursor });
      expect(third.at(-1)?.cursor.watermark).toEqual(next.at(-1)?.cursor.watermark);
    });

    test('refuses a cursor of another version, or of another shape, with the command to type', async () => {
      const strange: Cursor[] = [
        { ...whole.at(-1)!.cursor, v: stream.cursorVersion + 1 },
        { v: stream.cursorVersion, watermark: 'nonsense', walk: { nonsense: true } },
      ];
      for (const cursor of strange) {
        const error = await errorOf(readPages(stream, reader, { ...fromStart, cursor }));
        expect(error).toMatchObject({ kind: 'config', code: 'cursor_refused' });
        expect(error.advice).toContain(`kpi sync --stream ${stream.name} --reset-cursor`);
      }
    });

    test.skipIf(stream.backfill === 'none' || stream.backfill === 'snapshot')(
      'two windows side by side hold what one over both does',
      async () => {
        const window = async (from: string, until: string) => {
          const request: ReadRequest = { kind: 'backfill', cursor: null, from, until };
          const pages = await readPages(stream, reader, request);
          expect(pages.at(-1)?.end).toBe(true);
          return recordsOf(pages);
        };
        const [older, newer, both] = [
          await window(before(1500), before(8)),
          await window(before(8), before(-1)),
          await window(before(1500), before(-1)),
        ];
        expect(both.size).toBeGreaterThan(0);
        expect([...new Map([...older, ...newer]).keys()].toSorted()).toEqual([...both.keys()].toSorted());
      },
    );

    test.skipIf(stream.counting === undefined)('the source counts what a backfill reads, and says how far the number holds', async () => {
      const counting = stream.counting!;
      expect(stream.entities).toContain(counting.entity);
      // Days of a source are UTC days, so these are exact everywhere that a number can be.
      const midnight = (days: number) => `${before(days).slice(0, 10)}T00:00:00.000Z`;
      const ranges = [
        { from: midnight(1500), until: midnight(8) },
        { from: midnight(8), until: midnight(-1) },
        { from: midnight(400), until: midnight(20) },
        { from: midnight(3000), until: midnight(2999) },
      ];
      const { counts, notices } = await counting.count(reader.context, ranges);
      expect(counts).toHaveLength(ranges.length);
      for (const { code, message, es } of notices)
        expect([code, message.length > 20, es.length > 20]).toEqual([expect.stringMatching(/^[a-z_]+$/), true, true]);
      let met = 0;
      for (const [i, range] of ranges.entries()) {
        const pages = await readPages(stream, reader, { kind: 'backfill', cursor: null, ...range });
        const records = pages
          .flatMap(({ drafts, rejects }) => [...drafts, ...rejects])
          .filter(({ entity }) => entity === counting.entity || (entity === 'execution_other' && counting.entity === 'execution'));
        const left = pages.flatMap(({ excluded = {} }) => Object.entries(excluded)).filter(([rule]) => !rule.startsWith('outside'));
        const read = new Set(records.map(({ sourceId }) => sourceId)).size + left.reduce((sum, [, n]) => sum + n, 0);
        met += read;
        const { count, precision } = counts[i]!;
        if (precision === 'exact') expect({ range, count }).toEqual({ range, count: read });
        if (precision === 'floor') expect(count).toBeLessThanOrEqual(read);
        expect(Number.isInteger(count) && count >= 0).toBe(true);
      }
      expect(met).toBeGreaterThan(0);
    });

    test('sends a request only while somebody waits for the next page', async () => {
      const pages = stream.read(reader.context, fromStart);
      await pages.next();
      const sent = sandbox.server.requests();
      await new Promise((resolve) => void setTimeout(resolve, 60));
      expect(sandbox.server.requests()).toBe(sent);
      await pages.return();
    });
  });

  test('streams that give the same record say the same of it', async () => {
    const said = new Map<string, unknown>();
    for (const stream of connector.streams) {
      for (const [key, { fields, sourceUpdatedAt }] of recordsOf(await readPages(stream, reader, fromStart))) {
        const told = { key, fields, sourceUpdatedAt };
        expect(told).toEqual(said.get(key) ?? told);
        said.set(key, told);
      }
    }
  });
});

function leaks(text: string, reader: Reader): string[] {
  return reader.secrets.filter((secret) => text.includes(secret)).map(() => 'a secret');
}

const draftsIn = (pages: readonly Page[]) => pages.reduce((sum, { drafts }) => sum + drafts.length, 0);

/** At most `count` whole numbers from 0 to `until` (left out), spread evenly. */
function spread(until: number, count: number): number[] {
  const step = Math.max(1, Math.ceil(until / count));
  return Array.from({ length: Math.ceil(until / step) }, (_, i) => i * step);
}
