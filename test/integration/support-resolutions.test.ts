import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineRig } from '../support/engine-rig.ts';
import { at, conversation, reported, said, SupportCompany } from '../support/support-rig.ts';

let rig: EngineRig;
let analyst: pg.Client;
let company: SupportCompany;

beforeAll(async () => {
  rig = await EngineRig.open();
  analyst = new pg.Client({ connectionString: rig.instance.url('kpi_analyst') });
  await analyst.connect();
});
afterAll(async () => {
  await analyst.end();
  await rig.close();
});
beforeEach(async () => {
  company = await SupportCompany.open(rig, analyst);
});
afterEach(async () => expect(await company.rebuilt()).toEqual([]));

// 3 November 2025 is a Monday.
const [MON, TUE, WED, THU] = ['2025-11-03', '2025-11-04', '2025-11-05', '2025-11-06'];
const BEGAN = at('09:00', MON);
const now = (status: 'open' | 'resolved' | 'pending' | 'snoozed', time: string, id = '1') =>
  conversation(id, BEGAN, { status, updatedAt: time, last_activity_at: time });
const resolution = async () =>
  company.rows(
    "to_char(resolved_at at time zone 'America/Santiago', 'DD HH24:MI'), resolved_at_source, resolved_day::text",
    'public.conversations',
  );
const byTime = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
const perDay = async (columns = 'resolved') =>
  company.rows(`day::text, ${columns}`, 'kpi.tickets_resolved_by_day', `and day <= '${THU}' order by day`);

test('resolved Monday, reopened Tuesday, resolved Wednesday: Monday 0, Wednesday 1, although Chatwoot counts 2', async () => {
  await company.covered(at('03:00', '2025-11-07'));
  await company.write(now('open', BEGAN));
  await company.write(now('resolved', at('18:00', MON)), reported('1', '1', 'conversation_resolved', at('18:00', MON)));
  expect(await perDay()).toEqual([
    [MON, 1],
    [TUE, 0],
    [WED, 0],
    [THU, 0],
  ]);
  await company.write(now('open', at('10:00', TUE)));
  expect(await resolution()).toEqual([[null, null, null]]);
  expect(await perDay()).toEqual([
    [MON, 0],
    [TUE, 0],
    [WED, 0],
    [THU, 0],
  ]);
  await company.write(now('resolved', at('12:00', WED)), reported('2', '1', 'conversation_resolved', at('12:00', WED)));
  expect(await perDay()).toEqual([
    [MON, 0],
    [TUE, 0],
    [WED, 1],
    [THU, 0],
  ]);
  expect(await company.rows('count(*)', 'public.conversation_events', "and name = 'conversation_resolved'")).toEqual([[2]]);
});

describe('when it was resolved is known', () => {
  test('by the event of Chatwoot first, also when that arrives later', async () => {
    await company.write(now('open', BEGAN));
    await company.write(now('resolved', at('12:07', WED)), said('1', at('12:01', WED), 'activity'));
    expect(await resolution()).toEqual([['05 12:07', 'observed', WED]]);
    await company.write(reported('1', '1', 'conversation_resolved', at('12:01', WED)));
    expect(await resolution()).toEqual([['05 12:01', 'event', WED]]);
  });

  test('by an observed change else, at the clock of the first version seen resolved', async () => {
    await company.write(now('open', BEGAN));
    await company.write(now('resolved', at('12:07', WED)));
    await company.write(now('resolved', at('09:00', THU)));
    expect(await resolution()).toEqual([['05 12:07', 'observed', WED]]);
  });

  test('by the last activity message of one that is first seen resolved, else by its last activity', async () => {
    await company.write(now('resolved', at('13:00', WED)), said('1', at('12:01', WED), 'activity'), said('1', at('12:30', WED), 'survey'));
    expect(await resolution()).toEqual([['05 12:01', 'activity', WED]]);
    await company.write(now('resolved', at('15:00', TUE), '2'));
    expect((await resolution()).toSorted(byTime)).toEqual([
      ['04 15:00', 'activity', TUE],
      ['05 12:01', 'activity', WED],
    ]);
  });

  test('not by the event of an earlier resolution, when it has been reopened since', async () => {
    await company.write(now('resolved', at('18:00', MON)), reported('1', '1', 'conversation_resolved', at('18:00', MON)));
    await company.write(now('open', at('10:00', TUE)));
    await company.write(now('resolved', at('12:00', WED)));
    expect(await resolution()).toEqual([['05 12:00', 'observed', WED]]);
  });

  test('and the share that is not exact is said', async () => {
    await company.covered(at('03:00', '2025-11-07'));
    for (const id of ['1', '2', '3', '4']) await company.write(now('open', BEGAN, id));
    for (const id of ['1', '2', '3', '4']) await company.write(now('resolved', at('12:00', WED), id));
    for (const id of ['1', '2', '3']) await company.write(reported(id, id, 'conversation_resolved', at('12:00', WED)));
    expect((await perDay('resolved, exact, observed, estimated, estimated_share'))[2]).toEqual([WED, 4, 3, 1, 0, 0.25]);
    expect((await perDay('resolved, estimated_share, coverage'))[0]).toEqual([MON, 0, null, 1]);
    const columns = 'resolved, exact, observed, estimated, estimated_share, coverage';
    expect(await company.rows(columns, `kpi.tickets_resolved('${MON}', '${THU}')`)).toEqual([[4, 3, 1, 0, 0.25, 1]]);
    expect(await company.rows(columns, `kpi.tickets_resolved('${MON}', '${TUE}')`)).toEqual([[0, 0, 0, 0, null, 1]]);
  });
});

test('the history holds each status that was seen, and since when at the latest', async () => {
  const history = async () =>
    company.rows(
      "ordinal, status, to_char(valid_from at time zone 'America/Santiago', 'DD HH24:MI'), to_char(valid_until at time zone 'America/Santiago', 'DD HH24:MI')",
      'public.conversation_status_history',
      'order by ordinal',
    );
  await company.write(now('pending', BEGAN));
  await company.write(now('pending', at('09:30', MON)));
  await company.write(now('open', at('10:00', MON)));
  // An old page delivered late changes nothing.
  await company.write(now('pending', at('09:40', MON)));
  await company.write(now('resolved', at('11:00', MON)));
  expect(await history()).toEqual([
    [1, 'pending', '03 09:00', '03 10:00'],
    [2, 'open', '03 10:00', '03 11:00'],
    [3, 'resolved', '03 11:00', null],
  ]);
});

test('a day that is not covered has no number, and one before the first reading neither', async () => {
  await company.covered(at('03:00', WED));
  await company.write(now('resolved', at('18:00', MON)));
  expect(await perDay('resolved, coverage')).toEqual([
    [MON, 1, 1],
    [TUE, 0, 1],
    [WED, null, 0],
    [THU, null, 0],
  ]);
  expect(await company.rows('resolved, coverage', `kpi.tickets_resolved('${MON}', '${TUE}')`)).toEqual([[1, 1]]);
  expect(await company.rows('resolved, coverage', `kpi.tickets_resolved('${MON}', '${THU}')`)).toEqual([[null, 0.5]]);
  expect(await company.rows('resolved, coverage', `kpi.tickets_resolved('${TUE}', '${MON}')`)).toEqual([[null, null]]);
});

test('open, pending and with the bot are told apart', async () => {
  await company.write(
    now('open', BEGAN, '1'),
    now('open', BEGAN, '2'),
    now('snoozed', BEGAN, '3'),
    now('pending', BEGAN, '4'),
    now('resolved', BEGAN, '5'),
  );
  const tile = async () => company.rows('open, pending, snoozed, with_bot', 'kpi.tickets_now');
  expect(await tile()).toEqual([]);
  await company.covered(at('03:00', WED));
  expect(await tile()).toEqual([[2, 3, 1, 1]]);
});
