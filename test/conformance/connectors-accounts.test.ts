import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import type { DayTotal, Draft, ListedPage, ListedRows, Page, TotalledRows } from '../../src/contract/index.ts';
import { ANCHOR, sandboxes, type Sandbox } from './support-sandboxes.ts';
import { fromStart, readerOf, readPages, type Reader } from './support.ts';

/*
 * What a source says of its records without giving them, lists of ids and totals by day, held against what reading it gives: verifications
 * and sweeps rest on it.
 */
const YESTERDAY = new Date(ANCHOR.getTime() - 86_400_000).toISOString().slice(0, 10);

describe.each(connectors.filter(({ id }) => id in sandboxes))('connector $id', (connector) => {
  let sandbox: Sandbox;
  let reader: Reader;
  beforeAll(async () => {
    sandbox = await sandboxes[connector.id]!();
    reader = readerOf(connector, sandbox);
  });
  afterAll(() => sandbox.server.close());

  describe.each(connector.streams.map((stream) => ({ name: stream.name, stream })))('stream $name', ({ stream }) => {
    let whole: Page[];
    beforeAll(async () => {
      whole = await readPages(stream, reader, fromStart);
    });

    test('has a list of its records where deletions are found by sweep, and only there', () => {
      expect(stream.listing !== undefined).toBe(stream.deletions === 'sweep');
    });

    test.skipIf(stream.listing === undefined)('lists exactly the records that reading it gives, and looks at each', async () => {
      const { rows, list, look, parts } = stream.listing!;
      const ids: string[] = [];
      const ends: ListedPage['end'][] = [];
      for await (const page of list(reader.context, null)) {
        ids.push(...page.ids);
        if (page.end !== undefined) ends.push(page.end);
      }
      expect(ends).toHaveLength(1);
      expect(new Set(ends[0]!.counted)).toEqual(new Set([new Set(ids).size]));
      const drafts = whole.flatMap((page) => page.drafts);
      const listedOf = ({ entity, ids: pattern }: ListedRows) =>
        drafts.flatMap((draft) => (draft.entity === entity ? (new RegExp(pattern).exec(draft.sourceId)?.[1] ?? []) : []));
      // What a stream leaves out by a rule is listed all the same.
      const leavesOut = whole.some(({ excluded = {} }) => Object.values(excluded).some((count) => count > 0));
      expect(ids).toEqual(expect.arrayContaining(listedOf(rows[0]!)));
      if (!leavesOut) expect([...new Set(listedOf(rows[0]!))].toSorted()).toEqual([...new Set(ids)].toSorted());
      for (const more of rows.slice(1)) expect(ids).toEqual(expect.arrayContaining(listedOf(more)));
      for (const part of Object.values(parts).flat()) expect(stream.entities).toContain(part);
      const some = [...new Set(ids)].slice(0, 60);
      expect(await look(reader.context, [...some, '987654321'])).toEqual([...some.map(() => 'there'), 'gone']);
    });

    test.skipIf(stream.totals === undefined)('adds up by local day exactly what reading it gives', async () => {
      const { rows, read } = stream.totals!;
      // Santiago keeps summer time from September to April.
      const [first, last] = ['2022-01-01', YESTERDAY];
      const days = {
        first,
        last,
        from: `${first}T03:00:00.000Z`,
        until: `${ANCHOR.toISOString().slice(0, 10)}T03:00:00.000Z`,
        timeZone: 'America/Santiago',
      };
      const told = await read(reader.context, days);
      const since = told.firstDay !== null && told.firstDay > first ? told.firstDay : first;
      expect(since < last).toBe(true);
      const shown = told.days.filter(({ day }) => day >= since).toSorted((a, b) => (a.day < b.day ? -1 : 1));
      const drafts = whole.flatMap((page) => page.drafts);
      expect(shown).toEqual(totalsOf(drafts, rows, { since, last }));
      expect(shown.length).toBeGreaterThan(0);
    });
  });
});

/** What drafts add up to by local day of Santiago, in the form of a source's totals. */
function totalsOf(drafts: readonly Draft[], rows: TotalledRows, { since, last }: { since: string; last: string }): DayTotal[] {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Santiago', dateStyle: 'short' });
  const value = (draft: Draft, name: string) => (draft.fields as Record<string, unknown>)[name] as string | null;
  const lines = drafts.filter((draft) => draft.entity === 'order_line' && draft.fields.line_kind === rows.money?.lines);
  const days = new Map<string, { count: number; amounts: Record<string, number> }>();
  for (const draft of drafts) {
    if (!rows.entities.includes(draft.entity) || !new RegExp(rows.ids ?? '').test(draft.sourceId)) continue;
    if (rows.without?.words.includes(value(draft, rows.without.column) ?? '') === true) continue;
    const at = rows.at === 'source_created_at' ? draft.sourceCreatedAt : value(draft, rows.at);
    if (at === null) continue;
    const day = at.length === 10 ? at : local.format(new Date(at));
    if (day < since || day > last) continue;
    const total = days.get(day) ?? { count: 0, amounts: {} };
    total.count += 1;
    days.set(day, total);
    if (rows.money === undefined) continue;
    const own = lines.filter((line) => value(line, 'order_id') === draft.sourceId).map((line) => Number(value(line, 'amount_source')));
    const sum = own.reduce((a, b) => a + b, Number(value(draft, rows.money.amount)));
    const currency = value(draft, rows.money.currency)!;
    total.amounts[currency] = (total.amounts[currency] ?? 0) + sum;
  }
  return [...days]
    .map(([day, { count, amounts }]) => ({
      day,
      count,
      amounts:
        rows.money === undefined
          ? null
          : Object.fromEntries(Object.entries(amounts).flatMap(([code, sum]) => (sum === 0 ? [] : [[code, String(sum)]]))),
    }))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
}
