import { describe, expect, test } from 'vitest';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import { ENTITIES, type ReadContext } from '../../src/contract/index.ts';
import { addMessage, openConversation, removeConversation, setStatus, touch } from '../../src/sandbox/chatwoot/changes.ts';
import { expectedChatwoot } from '../../src/sandbox/chatwoot/expected.ts';
import { growChatwoot } from '../../src/sandbox/chatwoot/grow.ts';
import {
  after,
  ANCHOR,
  compareWithWorld,
  conversationIds,
  draftsOf,
  first,
  idsOf,
  messageIds,
  MINUTE,
  read,
  readAll,
  readOthers,
  rejectsOf,
  startWorld,
  ZONE,
} from './chatwoot-world.ts';

describe('chatwoot, first load', () => {
  test('every stream holds exactly what the world holds', async () => {
    const world = await startWorld();
    const pages = await readAll(world);
    expect(rejectsOf(pages)).toEqual([]);
    compareWithWorld(draftsOf(pages), world);
  });

  test('a server without reporting events is read without them', async () => {
    const world = await startWorld();
    world.installation.reportingEvents = false;
    const drafts = draftsOf(await read(world.context, 'conversations', first));
    expect(idsOf(drafts, 'conversation')).toEqual(conversationIds(world.account));
    expect(idsOf(drafts, 'conversation_event')).toEqual([]);
    expect(world.asked.filter((path) => path.includes('reporting_events'))).toHaveLength(1);
  });

  test('events belong to the conversation that was asked for, though their own number is that of another', async () => {
    const world = await startWorld();
    const drafts = draftsOf(await read(world.context, 'conversations', first));
    const events = drafts.flatMap((draft) => (draft.entity === 'conversation_event' ? [draft.fields] : []));
    const plausible = events.filter((event) => event.conversation_internal_id !== event.conversation_id);
    expect(plausible.some((event) => conversationIds(world.account).includes(event.conversation_internal_id))).toBe(true);
    const own = new Map(world.account.conversations.map(({ id, internalId }) => [String(id), String(internalId)]));
    expect(events.map((event) => own.get(event.conversation_id))).toEqual(events.map((event) => event.conversation_internal_id));
  });

  test('every draft fits the canonical schemas, and each page but the last leaves the watermark alone', async () => {
    const world = await startWorld();
    for (const { name } of chatwoot.streams) {
      const pages = await read(world.context, name, first);
      for (const draft of draftsOf(pages)) {
        const schemas = ENTITIES[draft.entity];
        const fields: Record<string, unknown> = draft.fields;
        expect(Object.keys(fields).toSorted()).toEqual(Object.keys(schemas).toSorted());
        for (const [column, field] of Object.entries(schemas)) expect(field.schema.safeParse(fields[column]).success).toBe(true);
      }
      expect(pages.map(({ end }) => end)).toEqual(pages.map((_page, i) => i === pages.length - 1));
      expect(pages.slice(0, -1).every(({ cursor }) => cursor.watermark === null)).toBe(true);
      expect(pages.at(-1)?.cursor).toMatchObject({ watermark: ANCHOR.toISOString(), walk: null });
      expect(pages.at(-1)?.covered).toEqual({ from: null, until: ANCHOR.toISOString() });
    }
  });

  test('with a first day, only conversations created from it on are read', async () => {
    const world = await startWorld();
    const from = '2026-06-10T03:30:00Z';
    const pages = await read(world.context, 'conversations', { kind: 'incremental', cursor: null, from });
    const wanted = world.account.conversations.filter(({ createdAt }) => createdAt * 1000 >= Date.parse(from));
    expect(wanted.length).toBeGreaterThan(5);
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(wanted.map(({ id }) => String(id)).toSorted());
    expect(pages.at(-1)?.covered).toEqual({ from, until: ANCHOR.toISOString() });
  });

  test('deletions while paging, also beside new conversations, lose none of the others', async () => {
    const world = await startWorld({ conversations: 200 });
    const { account, between, clock } = world;
    let pages = 0;
    between.call = (path) => {
      if (!path.includes('sort_by=created_at_asc')) return;
      pages += 1;
      if (pages === 3) for (const id of [1, 2, 11]) removeConversation(account, id);
      if (pages === 9) for (let id = 20; id < 34; id++) removeConversation(account, id);
      if (pages === 12) {
        removeConversation(account, 40);
        openConversation(account, account.conversations[3]!, clock.now);
      }
      if (pages === 30) removeConversation(account, account.conversations.at(-1)!.id);
    };
    const drafts = draftsOf(await read(world.context, 'conversations', first));
    const ids = new Set(idsOf(drafts, 'conversation'));
    expect(conversationIds(account).filter((id) => !ids.has(id))).toEqual([]);
    const messages = new Set(idsOf(drafts, 'message'));
    expect(messageIds(account.conversations).filter((id) => !messages.has(id))).toEqual([]);
  });

  test.each([
    ['whose count a new conversation makes up for', false],
    ['behind which two conversations stand in another order than their ids', true],
  ])('a deletion %s hides nothing', async (_how, swapped) => {
    const world = await startWorld();
    const { account, between, clock } = world;
    if (swapped) {
      const [a, b] = [account.conversations[20]!, account.conversations[21]!];
      [account.conversations[20], account.conversations[21]] = [
        { ...a, createdAt: b.createdAt },
        { ...b, createdAt: a.createdAt },
      ];
    }
    between.call = (path) => {
      if (!path.endsWith('sort_by=created_at_asc&page=4')) return;
      between.call = null;
      removeConversation(account, 3);
      if (!swapped) openConversation(account, account.conversations[0]!, clock.now);
    };
    const ids = new Set(idsOf(draftsOf(await read(world.context, 'conversations', first)), 'conversation'));
    expect(conversationIds(account).filter((id) => !ids.has(id))).toEqual([]);
  });

  test('a conversation deleted between list and messages is left out', async () => {
    const world = await startWorld();
    let done = false;
    world.between.call = (path) => {
      if (done || !path.includes('page=1')) return;
      done = true;
      removeConversation(world.account, 2);
    };
    const pages = await read(world.context, 'conversations', first);
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(conversationIds(world.account));
    expect(rejectsOf(pages)).toEqual([]);
  });

  test('what changes behind a long walk is read by the next one', async () => {
    const world = await startWorld({ conversations: 100 });
    let changed = false;
    world.between.call = (path) => {
      if (!path.includes('page=10&') && !path.endsWith('page=10')) return;
      if (changed) return;
      changed = true;
      setStatus(world.account.conversations[0]!, world.clock.now, 'open');
      world.clock.now = new Date(world.clock.now.getTime() + 3 * 3_600_000);
      touch(world.account.conversations.at(-1)!, world.clock.now);
    };
    const load = await read(world.context, 'conversations', first);
    expect(changed).toBe(true);
    const next = await read(world.context, 'conversations', after(load.at(-1)?.cursor));
    compareWithWorld(draftsOf([...load, ...next, ...(await readOthers(world))]), world);
  });
});

describe('chatwoot, following changes', () => {
  test('a changed conversation is read again with its messages, and no unchanged one', async () => {
    const world = await startWorld();
    const load = await read(world.context, 'conversations', first);
    world.clock.now = new Date(ANCHOR.getTime() + 20 * MINUTE);
    const changed = world.account.conversations[4]!;
    addMessage(world.installation, changed, world.clock.now, { type: 0, content: 'otra consulta', sender: { type: 'contact' } });
    changed.messages[0]!.deleted = true;
    const relabelled = world.account.conversations[8]!;
    relabelled.labels = ['boleta'];
    touch(relabelled, world.clock.now);
    world.clock.now = new Date(ANCHOR.getTime() + 25 * MINUTE);
    const pages = await read(world.context, 'conversations', after(load.at(-1)?.cursor));
    const recent = world.account.conversations.filter(({ updatedAt }) => updatedAt / 1000 > ANCHOR.getTime() - 10 * MINUTE);
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(recent.map(({ id }) => String(id)).toSorted());
    expect(idsOf(draftsOf(pages), 'message')).toEqual(messageIds(recent));
    expect(pages.at(-1)?.cursor.watermark).toBe(world.clock.now.toISOString());
    compareWithWorld(draftsOf([...load, ...pages, ...(await readOthers(world))]), world);
  });

  test('after a pause of many hours conversations are found by their activity', async () => {
    const world = await startWorld();
    const load = await read(world.context, 'conversations', first);
    world.clock.now = new Date(ANCHOR.getTime() + 10 * 3_600_000);
    const changed = world.account.conversations.slice(0, 12);
    for (const one of changed)
      addMessage(world.installation, one, world.clock.now, { type: 0, content: 'hola', sender: { type: 'contact' } });
    let removed = false;
    world.between.call = (path) => {
      if (removed || !path.includes('last_activity_at_desc')) return;
      removed = true;
      removeConversation(world.account, changed[1]!.id);
    };
    const pages = await read(world.context, 'conversations', after(load.at(-1)?.cursor));
    expect(world.asked.some((path) => path.includes('updated_within'))).toBe(false);
    const ids = new Set(idsOf(draftsOf(pages), 'conversation'));
    expect(changed.filter(({ id }) => id !== changed[1]!.id && !ids.has(String(id)))).toEqual([]);
    expect(pages.at(-1)?.notices?.map(({ code }) => code)).toEqual(['activity_only']);
  });

  test('a server that ignores updated_within is read by activity', async () => {
    const world = await startWorld();
    const load = await read(world.context, 'conversations', first);
    const { http } = world.context;
    const old: ReadContext<unknown> = { ...world.context, http: (url, init) => http(url.replace(/updated_within=\d+/, 'old=1'), init) };
    world.clock.now = new Date(ANCHOR.getTime() + 5 * MINUTE);
    const changed = world.account.conversations[0]!;
    addMessage(world.installation, changed, world.clock.now, { type: 0, content: 'hola', sender: { type: 'contact' } });
    const pages = await read(old, 'conversations', after(load.at(-1)?.cursor));
    expect(idsOf(draftsOf(pages), 'conversation')).toContain(String(changed.id));
  });

  test('a rating changed within the month is read again', async () => {
    const world = await startWorld({ conversations: 150 });
    const load = await read(world.context, 'csat_responses', first);
    world.clock.now = new Date(ANCHOR.getTime() + 60 * MINUTE);
    const answer = world.account.csat.at(-3)!;
    answer.rating = answer.rating === 1 ? 2 : 1;
    const pages = await read(world.context, 'csat_responses', after(load.at(-1)?.cursor));
    const again = draftsOf(pages).find(({ sourceId }) => sourceId === String(answer.id));
    expect(again?.fields).toMatchObject({ rating: answer.rating });
  });
});

describe('the simulated Chatwoot', () => {
  test('the same seed grows the same installation, with every channel in every status in the last week', () => {
    const grow = () => growChatwoot({ seed: 3, anchor: ANCHOR, accounts: [{ accountId: 7, timeZone: ZONE, conversations: 300 }] });
    const installation = grow();
    expect(JSON.stringify(grow())).toBe(JSON.stringify(installation));
    const rows = expectedChatwoot(installation, 7, '76042235-5', ZONE);
    const week = rows.filter(({ table, values }) => table === 'public.conversations' && (values['created_at'] ?? '') >= '2026-06-08T12');
    expect(new Set(week.map(({ values }) => `${values['channel'] ?? ''} ${values['status'] ?? ''}`)).size).toBe(16);
    const messages = rows.filter(({ table }) => table === 'public.messages');
    expect(messages.length / 300).toBeGreaterThan(6);
    expect(messages.length / 300).toBeLessThan(12);
    expect(messages.every(({ values }) => (values['created_at'] ?? '9') <= ANCHOR.toISOString())).toBe(true);
    const opened = rows.filter(({ table }) => table === 'kpi.conversations_daily').map(({ values }) => Number(values['opened']));
    expect(opened.reduce((sum, count) => sum + count, 0)).toBe(300);
  });
});
