import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EngineRig } from '../support/engine-rig.ts';
import { agent, at, conversation, inbox, reported, said, SupportCompany } from '../support/support-rig.ts';

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
// Whatever a test wrote, and in whatever order: a rebuild finds the same.
afterEach(async () => expect(await company.rebuilt()).toEqual([]));

const MORNING = at('10:00');
const waits = async () =>
  company.rows('conversation_id is not null, ended_by, wall_seconds / 60, is_first', 'kpi.waits', 'order by started_at');

describe('a wait', () => {
  test('starts at the first unanswered message and ends at the next reply: 10:00, 10:05 → 10:30 and 11:00 → 11:10 are 20 minutes', async () => {
    await company.write(
      conversation('1', MORNING),
      said('1', at('10:00')),
      said('1', at('10:05')),
      said('1', at('10:30'), 'reply'),
      said('1', at('11:00')),
      said('1', at('11:10'), 'reply'),
    );
    await company.covered(at('12:00', '2025-11-07'));
    expect(await waits()).toEqual([
      [true, 'reply', 30, true],
      [true, 'reply', 10, false],
    ]);
    const columns = 'day::text, replies, average_seconds / 60, median_seconds / 60, first_response_average_seconds / 60, coverage';
    expect(await company.rows(columns, 'kpi.response_time_by_day', "and day <= '2025-11-06' order by day")).toEqual([
      ['2025-11-05', 2, 20, 20, 30, 1],
      ['2025-11-06', 0, null, null, null, 1],
    ]);
    const period = 'replies, average_seconds / 60, p90_seconds / 60, first_responses, running, coverage';
    expect(await company.rows(period, "kpi.response_time('2025-11-02', '2025-11-06')")).toEqual([[2, 20, 28, 1, 0, 1]]);
  });

  test.each(['bot', 'captain', 'botUser', 'rule', 'template', 'note', 'activity'] as const)(
    'goes on after a message of kind %s',
    async (kind) => {
      await company.write(
        conversation('1', MORNING),
        said('1', at('10:00')),
        said('1', at('10:02'), kind),
        said('1', at('10:30'), 'reply'),
      );
      expect(await waits()).toEqual([[true, 'reply', 30, true]]);
    },
  );

  test('ends by a reply typed on the phone, of nobody known', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:04'), 'echo'));
    expect(await company.rows('wall_seconds, agent_id', 'kpi.waits')).toEqual([[240, null]]);
  });

  test('belongs to the local day of the reply', async () => {
    await company.write(conversation('1', at('22:50')), said('1', at('22:50')), said('1', at('23:30'), 'reply'));
    await company.write(conversation('2', at('23:50')), said('2', at('23:50')), said('2', at('00:20', '2025-11-06'), 'reply'));
    expect(await company.rows('day::text', 'kpi.waits', 'order by 1')).toEqual([['2025-11-05'], ['2025-11-06']]);
  });

  test('that still runs has no length and no day, and is in no mean', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:30'), 'reply'), said('1', at('11:00')));
    await company.covered(at('12:00', '2025-11-07'));
    expect(await waits()).toEqual([
      [true, 'reply', 30, true],
      [true, null, null, false],
    ]);
    expect(await company.rows('replies, average_seconds / 60, running', "kpi.response_time('2025-11-05', '2025-11-06')")).toEqual([
      [1, 30, 1],
    ]);
  });

  test('ends uncounted when the conversation is resolved; what is asked after that waits anew', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:30'), 'reply'), said('1', at('10:35')));
    await company.write(conversation('1', MORNING, { status: 'resolved', updatedAt: at('11:00') }));
    await company.write(
      conversation('1', MORNING, { updatedAt: at('10:10', '2025-11-06') }),
      said('1', at('10:00', '2025-11-06')),
      said('1', at('10:10', '2025-11-06'), 'reply'),
    );
    expect(await waits()).toEqual([
      [true, 'reply', 30, true],
      [true, 'resolution', null, false],
      [true, 'reply', 10, false],
    ]);
  });

  test('is none where a person writes first, or where nobody writes', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00'), 'reply'));
    await company.write(conversation('2', MORNING));
    expect(await waits()).toEqual([]);
    expect(await company.rows('promise', 'public.sla_results')).toEqual([]);
  });
});

describe('business time', () => {
  const HOURS = [1, 2, 3, 4, 5].map((day) => `${day} 09:00-18:00`);

  test('counts only the hours of the inbox, and follows when they change', async () => {
    await company.write(inbox('12', HOURS));
    // Friday 17:30 to Monday 9:30.
    await company.write(
      conversation('1', at('17:30', '2025-11-07')),
      said('1', at('17:30', '2025-11-07')),
      said('1', at('09:30', '2025-11-10'), 'reply'),
    );
    const times = () => company.rows('wall_seconds, business_seconds, first_response_business_seconds', 'kpi.waits');
    expect(await times()).toEqual([[64 * 3600, 3600, 3600]]);
    await company.write(inbox('12', [...HOURS, '6 10:00-12:00']));
    expect(await times()).toEqual([[64 * 3600, 3 * 3600, 3 * 3600]]);
    await company.write(inbox('12', null));
    expect(await times()).toEqual([[64 * 3600, null, null]]);
  });

  test('an inbox whose zone nobody knows keeps the hours of the company; one that never opens has none', async () => {
    await company.write(inbox('12', HOURS, { timezone: 'Santiago' }), inbox('13', [], {}));
    expect(await company.rows('source_id, opening_zone, cardinality(opening)', 'public.inboxes', 'order by 1')).toEqual([
      [12, 'America/Santiago', 10],
      [13, 'America/Santiago', null],
    ]);
  });
});

describe('the first response', () => {
  const first = async () => company.rows('first_response_seconds / 60, wall_seconds / 60', 'kpi.waits', 'and is_first');

  test('is measured from the last handoff to a person, not from the beginning', async () => {
    await company.write(conversation('1', MORNING, { status: 'pending' }), said('1', at('10:00')), said('1', at('10:01'), 'bot'));
    await company.write(conversation('1', MORNING, { updatedAt: at('10:20') }));
    await company.write(said('1', at('10:25'), 'reply'));
    expect(await first()).toEqual([[5, 25]]);
  });

  test('takes the exact time of Chatwoot where it tells one', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), reported('7', '1', 'conversation_bot_handoff', at('10:18')));
    await company.write(said('1', at('10:25'), 'reply'));
    expect(await first()).toEqual([[7, 25]]);
  });

  test('of a person who just takes over from a talking bot counts from the beginning', async () => {
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:01'), 'bot'), said('1', at('10:25'), 'reply'));
    expect(await first()).toEqual([[25, 25]]);
  });

  test('is never less than nothing', async () => {
    // Imported: the messages are older than the conversation.
    await company.write(conversation('1', at('12:00')), said('1', at('10:00')), said('1', at('10:25'), 'reply'));
    expect(await first()).toEqual([[0, 25]]);
  });
});

describe('users that are bots', () => {
  test('are no people: when the list changes, so do the waits they ended, whichever arrives first', async () => {
    await company.write(
      conversation('1', MORNING),
      said('1', at('10:00')),
      said('1', at('10:01'), 'reply'),
      said('1', at('10:30'), 'reply', { agent_id: '4' }),
    );
    await company.write(agent('3'), agent('4'));
    expect(await waits()).toEqual([[true, 'reply', 1, true]]);
    await company.write(agent('3', true));
    expect(await waits()).toEqual([[true, 'reply', 30, true]]);
    await company.write(agent('3'));
    expect(await waits()).toEqual([[true, 'reply', 1, true]]);
  });

  test('a message read as a bot’s is a person’s when its user is none any more', async () => {
    await company.write(agent('8', true));
    await company.write(conversation('1', MORNING), said('1', at('10:00')), said('1', at('10:03'), 'botUser'));
    expect(await waits()).toEqual([[true, null, null, true]]);
    await company.write(agent('8'));
    expect(await waits()).toEqual([[true, 'reply', 3, true]]);
  });
});

test('a message that turns out to belong to another conversation is moved with its wait', async () => {
  const question = said('1', at('10:00'));
  await company.write(conversation('1', MORNING), conversation('2', MORNING), question);
  expect(await waits()).toEqual([[true, null, null, true]]);
  if (question.entity === 'message') await company.write({ ...question, fields: { ...question.fields, conversation_id: '2' } });
  const of = 'c.source_id as source, t.tenant_id from kpi.waits t join public.conversations c on c.id = t.conversation_id';
  expect(await company.rows('source', `(select ${of})`)).toEqual([[2]]);
});
