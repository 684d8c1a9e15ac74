import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TENANT_SETTINGS } from '../../src/store/tenant-settings.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { at, conversation, inbox, rated, reported, said, SupportCompany } from '../support/support-rig.ts';

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

const DAY = '2025-11-05';
const MORNING = at('10:00');
const local = (column: string) => `to_char(${column} at time zone 'America/Santiago', 'DD HH24:MI')`;
const HOURS = [1, 2, 3, 4, 5].map((day) => `${day} 09:00-18:00`);

describe('a promise', () => {
  const promises = async () =>
    company.rows(`promise, clock, ${local('due_at')}, ${local('fulfilled_at')}`, 'public.sla_results', 'order by conversation_id, promise');

  test('of ten that fall due: 8 met, 1 late, 1 never answered: 80 percent', async () => {
    for (let i = 1; i <= 10; i += 1) {
      await company.write(conversation(String(i), MORNING), said(String(i), at('10:00')));
      if (i < 10) await company.write(said(String(i), i === 9 ? at('11:01') : at('11:00'), 'reply'));
    }
    await company.covered(at('03:00', '2025-11-07'));
    const columns = 'day::text, met, missed, running, compliance';
    expect(await company.rows(columns, 'kpi.sla_by_day', `and promise = 'first_response' and day <= '2025-11-06' order by day`)).toEqual([
      [DAY, 8, 2, 0, 0.8],
      ['2025-11-06', 0, 0, 0, null],
    ]);
    // None of them was resolved within a day.
    expect(await company.rows(columns, 'kpi.sla_by_day', `and promise = 'resolution' and day = '2025-11-06'`)).toEqual([
      ['2025-11-06', 0, 10, 0, 0],
    ]);
  });

  test('counts the hours of the inbox: 60 minutes asked for at 17:30 end at 9:30, 24 hours after two days and six hours', async () => {
    await company.write(inbox('12', HOURS), conversation('1', at('17:30')), said('1', at('17:30')));
    expect(await promises()).toEqual([
      ['first_response', 'business', '06 09:30', null],
      ['resolution', 'business', '10 14:30', null],
    ]);
  });

  test('goes by the wall clock where the inbox has no hours', async () => {
    await company.write(conversation('1', at('17:30')), said('1', at('17:30')));
    expect(await promises()).toEqual([
      ['first_response', 'wall', '05 18:30', null],
      ['resolution', 'wall', '06 17:30', null],
    ]);
  });

  test('has the thresholds of the company, and those of its channel where that differs', async () => {
    await company.set('sla_first_response_minutes', 15);
    await company.set('sla_first_response_by_channel', { Email: 240 });
    await company.write(inbox('12'), inbox('13', null, { channel: 'Email' }));
    await company.write(conversation('1', MORNING), said('1', MORNING), conversation('2', MORNING, { inbox_id: '13' }), said('2', MORNING));
    const due = `channel, ${local('due_at')}`;
    expect(await company.rows(due, 'public.sla_results', `and promise = 'first_response' order by channel`)).toEqual([
      ['Email', '05 14:00'],
      ['WhatsApp', '05 10:15'],
    ]);
  });

  test.each([
    ['WhatsApp:30, Email=240', { WhatsApp: 30, Email: 240 }],
    ['', {}],
    ['Fax:30', null],
    ['WhatsApp:soon', null],
    ['WhatsApp:0', null],
  ])('thresholds of channels typed as %j are %j', (text, expected) => {
    const parsed = TENANT_SETTINGS.sla_first_response_by_channel.schema.safeParse(text);
    expect(parsed.success ? parsed.data : null).toEqual(expected);
  });

  test('is made to nobody while only the bot has been at work', async () => {
    await company.write(conversation('1', MORNING, { status: 'pending' }), said('1', MORNING), said('1', at('10:01'), 'bot'));
    expect(await promises()).toEqual([]);
    await company.write(conversation('1', MORNING, { status: 'resolved', updatedAt: at('10:30') }));
    expect(await promises()).toEqual([]);
    // It is opened for a person at 11:00: from then on a person has an hour.
    await company.write(conversation('1', MORNING, { status: 'pending', updatedAt: at('10:50') }));
    await company.write(conversation('1', MORNING, { status: 'open', updatedAt: at('11:00') }));
    expect((await promises())[0]).toEqual(['first_response', 'wall', '05 12:00', null]);
  });

  test('of resolution is fulfilled by the last resolution, and no more when it is reopened', async () => {
    await company.write(conversation('1', MORNING), said('1', MORNING), said('1', at('10:10'), 'reply'));
    await company.write(conversation('1', MORNING, { status: 'resolved', updatedAt: at('10:30') }));
    expect((await promises())[1]).toEqual(['resolution', 'wall', '06 10:00', '05 10:30']);
    await company.write(conversation('1', MORNING, { updatedAt: at('11:00') }));
    expect((await promises())[1]).toEqual(['resolution', 'wall', '06 10:00', null]);
  });

  test('that is not due is running', async () => {
    const { rows } = await analyst.query<{ at: Date }>("select date_trunc('second', now()) - interval '30 minutes' as at");
    const halfHourAgo = rows[0]!.at.toISOString();
    await company.write(conversation('1', halfHourAgo), said('1', halfHourAgo));
    await company.covered(new Date(Date.now() + 1000).toISOString());
    expect(await company.rows('promise, running, overdue, due_within_hour', 'kpi.sla_now', 'order by promise')).toEqual([
      ['first_response', 1, 0, 1],
      ['resolution', 1, 0, 0],
    ]);
  });
});

describe('a handoff', () => {
  const handoffs = async () => company.rows(`direction, via, ${local('at')}`, 'kpi.handoffs', 'order by ordinal');

  test('is the first public message of a person after one of the bot, once per stretch', async () => {
    await company.write(
      conversation('1', MORNING),
      said('1', at('10:00')),
      said('1', at('10:01'), 'bot'),
      said('1', at('10:02'), 'note'),
      said('1', at('10:03'), 'reply'),
      said('1', at('10:04'), 'reply'),
      said('1', at('10:05'), 'botUser'),
      said('1', at('10:06'), 'captain'),
      said('1', at('10:07'), 'echo'),
    );
    expect(await handoffs()).toEqual([
      ['to_human', 'message', '05 10:03'],
      ['to_human', 'message', '05 10:07'],
    ]);
  });

  test('is a change from pending to open, and back it goes to the bot', async () => {
    await company.write(conversation('1', MORNING, { status: 'pending' }));
    await company.write(conversation('1', MORNING, { status: 'open', updatedAt: at('10:20') }), said('1', at('10:30'), 'reply'));
    await company.write(conversation('1', MORNING, { status: 'pending', updatedAt: at('11:00') }));
    expect(await handoffs()).toEqual([
      ['to_human', 'status', '05 10:20'],
      ['to_bot', 'status', '05 11:00'],
    ]);
    await company.covered(at('03:00', '2025-11-07'));
    expect(await company.rows('to_human, to_bot, conversations', 'kpi.handoffs_by_day', `and day = '${DAY}'`)).toEqual([[1, 1, 1]]);
  });

  test('that Chatwoot reports and that is seen by the status as well is one', async () => {
    await company.write(conversation('1', MORNING, { status: 'pending' }), said('1', at('10:01'), 'bot'));
    await company.write(
      conversation('1', MORNING, { status: 'open', updatedAt: at('10:22') }),
      reported('5', '1', 'conversation_bot_handoff', at('10:20')),
    );
    expect(await handoffs()).toEqual([['to_human', 'event', '05 10:20']]);
  });

  test('is none where the bot has said nothing', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:03'), 'reply'));
    expect(await handoffs()).toEqual([]);
  });
});

describe('the satisfaction survey', () => {
  const csat = 'answers, satisfied, score, average, sent, answered, response_rate';

  test('scores by the day of the answer, of each survey the latest, and the rate by the surveys sent', async () => {
    const surveys = [1, 2, 3, 4, 5].map(() => said('1', at('12:00'), 'survey'));
    const ids = surveys.map(({ sourceId }) => sourceId);
    await company.write(conversation('1', MORNING), ...surveys);
    await company.write(
      rated('1', '1', at('13:00'), 5, ids[0]),
      rated('2', '1', at('13:00'), 4, ids[1]),
      rated('3', '1', at('13:00'), 1, ids[2]),
    );
    // The next day the second survey is answered again, and the fourth for the first time.
    await company.write(rated('4', '1', at('09:00', '2025-11-06'), 2, ids[1]), rated('5', '1', at('09:00', '2025-11-06'), 5, ids[3]));
    await company.covered(at('03:00', '2025-11-08'));
    expect(await company.rows(`day::text, ${csat}`, 'kpi.csat_by_day', "and day <= '2025-11-07' order by day")).toEqual([
      [DAY, 2, 1, 0.5, 3, 5, 4, 0.8],
      ['2025-11-06', 2, 1, 0.5, 3.5, 0, 0, null],
      ['2025-11-07', 0, 0, null, null, 0, 0, null],
    ]);
    expect(await company.rows(`${csat}, coverage`, "kpi.csat('2025-11-05', '2025-11-06')")).toEqual([[4, 2, 0.5, 3.25, 5, 4, 0.8, 1]]);
    expect(await company.rows(`${csat}, coverage`, "kpi.csat('2025-11-07', '2025-11-08')")).toEqual([
      [null, null, null, null, null, null, null, 0.5],
    ]);
  });

  test('is unknown where the answers do not cover the day, although the conversations do', async () => {
    await company.write(conversation('1', MORNING), rated('1', '1', at('13:00'), 5));
    await company.covered(at('03:00', '2025-11-08'), ['conversations']);
    expect(await company.rows('answers, score, coverage', 'kpi.csat_by_day', `and day = '${DAY}'`)).toEqual([[null, null, 0]]);
    await company.covered(at('03:00', '2025-11-08'));
    expect(await company.rows('answers, score, coverage', 'kpi.csat_by_day', `and day = '${DAY}'`)).toEqual([[1, 1, 1]]);
  });
});

describe('agents, volume and who waits now', () => {
  test('who wrote most: people only, with the conversations they were in', async () => {
    await company.write(conversation('1', MORNING), conversation('2', MORNING));
    await company.write(
      said('1', at('10:00'), 'reply'),
      said('1', at('10:01'), 'reply'),
      said('2', at('10:02'), 'reply'),
      said('2', at('10:03'), 'reply', { agent_id: '4' }),
      ...(['note', 'bot', 'botUser', 'rule', 'echo', 'template'] as const).map((kind) => said('2', at('10:05'), kind)),
    );
    await company.covered(at('03:00', '2025-11-08'));
    const busiest = async (period: string) =>
      company.rows('messages, conversations, rank, coverage', `kpi.agents_busiest(${period})`, 'order by rank');
    expect(await busiest("'2025-11-05', '2025-11-06'")).toEqual([
      [3, 2, 1, 1],
      [1, 1, 2, 1],
    ]);
    expect(await busiest("'2025-11-05', '2025-11-08'")).toEqual([
      [null, null, null, 0.75],
      [null, null, null, 0.75],
    ]);
  });

  test('messages by direction, without notes and activity, the failed ones apart', async () => {
    await company.write(inbox('12'), conversation('1', MORNING));
    await company.write(
      ...(['in', 'in', 'reply', 'bot', 'rule', 'template', 'note', 'activity'] as const).map((kind) => said('1', at('10:05'), kind)),
      said('1', at('10:06'), 'reply', { status: 'failed' }),
    );
    await company.covered(at('03:00', '2025-11-07'));
    const columns = 'day::text, channel, incoming, outgoing, templates, failed, conversations';
    expect(await company.rows(columns, 'kpi.messages_by_day', "and day <= '2025-11-06' order by day")).toEqual([
      [DAY, 'WhatsApp', 2, 3, 1, 1, 1],
      ['2025-11-06', 'WhatsApp', 0, 0, 0, 0, 0],
    ]);
    expect(await company.rows('day::text, channel, opened, open', 'kpi.conversations_by_day', `and day = '${DAY}'`)).toEqual([
      [DAY, 'WhatsApp', 1, 1],
    ]);
    expect(
      await company.rows('day::text, opened, incoming, outgoing', `kpi.whatsapp_by_day('${DAY}', '2025-11-06')`, 'order by day'),
    ).toEqual([
      [DAY, 1, 2, 3],
      ['2025-11-06', 0, 0, 0],
    ]);
    const tile = async (until: string) => company.rows('opened, open, coverage', `kpi.whatsapp_conversations('${DAY}', '${until}')`);
    expect(await tile('2025-11-06')).toEqual([[1, 1, 1]]);
    expect(await tile('2025-11-08')).toEqual([[null, null, 0.5]]);
  });

  test('of a company without WhatsApp the tile is 0 where the data cover the days', async () => {
    await company.write(inbox('12', null, { channel: 'Email' }), conversation('1', MORNING));
    await company.covered(at('03:00', '2025-11-07'));
    expect(await company.rows('opened, coverage', `kpi.whatsapp_conversations('${DAY}', '${DAY}')`)).toEqual([[0, 1]]);
    expect(await company.rows('day', `kpi.whatsapp_by_day('${DAY}', '${DAY}')`)).toEqual([]);
  });

  test('unanswered for more than two hours: by the wall clock, and by the hours of the inbox', async () => {
    const ago = async (interval: string) =>
      (await analyst.query<{ at: Date }>("select date_trunc('second', now()) - $1::interval as at", [interval])).rows[0]!.at.toISOString();
    const [threeHours, oneHour] = [await ago('3 hours'), await ago('1 hour')];
    // Never open but for one minute a week that is not near: no business time has passed.
    const far = (new Date(threeHours).getUTCDay() + 3) % 7;
    await company.write(inbox('12'), inbox('13', [`${far} 12:00-12:01`]));
    const open = (id: string, time: string, changes = {}) => [conversation(id, time, changes), said(id, time)];
    await company.write(...open('1', threeHours), ...open('2', oneHour), ...open('3', threeHours, { inbox_id: '13' }));
    await company.write(
      ...open('4', threeHours, { status: 'pending' }),
      ...open('5', threeHours, { status: 'snoozed' }),
      conversation('6', threeHours),
    );
    await company.write(...open('7', threeHours), said('7', oneHour, 'reply'), ...open('8', threeHours), said('8', oneHour, 'bot'));
    await company.covered(new Date(Date.now() + 1000).toISOString());
    expect(await company.rows('waiting, over_2h, over_2h_business', 'kpi.unanswered_now')).toEqual([[4, 3, 2]]);
  });
});
