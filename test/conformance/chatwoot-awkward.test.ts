import { describe, expect, test } from 'vitest';
import { type ReadContext } from '../../src/contract/index.ts';
import { addMessage, removeConversation } from '../../src/sandbox/chatwoot/changes.ts';
import {
  after,
  ANCHOR,
  conversationIds,
  draftsOf,
  first,
  idsOf,
  messageIds,
  MINUTE,
  read,
  rejectsOf,
  startWorld,
} from './chatwoot-world.ts';

describe('chatwoot, awkward data', () => {
  test('a conversation of several thousand messages, some of them backdated, is read whole', async () => {
    const world = await startWorld({ conversations: 20 });
    const long = world.account.conversations[6]!;
    for (let i = 0; i < 3500; i++) {
      const createdAt = Math.floor(ANCHOR.getTime() / 1000) - ((i * 7919) % 2_000_000);
      addMessage(world.installation, long, ANCHOR, { type: 0, content: 'importado', sender: { type: 'contact' }, createdAt });
    }
    const drafts = draftsOf(await read(world.context, 'conversations', first));
    expect(idsOf(drafts, 'message')).toEqual(messageIds(world.account.conversations));
  });

  test('many answers within one second are all read', async () => {
    const world = await startWorld();
    const [like] = world.account.csat;
    for (let i = 0; i < 23; i++) world.account.csat.push({ ...like!, id: world.installation.next.csat++ });
    const drafts = draftsOf(await read(world.context, 'csat_responses', first));
    expect(idsOf(drafts, 'csat_response')).toEqual(world.account.csat.map(({ id }) => String(id)).toSorted());
  });

  test('one orphan conversation breaks its pages: it is reported by id and all others are read', async () => {
    const world = await startWorld();
    world.account.conversations[12]!.contact = null;
    removeConversation(world.account, 15);
    const pages = await read(world.context, 'conversations', first);
    expect(rejectsOf(pages).map(({ entity, sourceId }) => [entity, sourceId])).toEqual([['conversation', '13']]);
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(conversationIds(world.account).filter((id) => id !== '13'));
  });

  test.each(['recent', 'pause', 'backfill'])('an orphan in the way of a %s read is reported and the others are read', async (kind) => {
    const world = await startWorld();
    const load = await read(world.context, 'conversations', first);
    world.clock.now = new Date(ANCHOR.getTime() + (kind === 'pause' ? 600 : 15) * MINUTE);
    const [orphan, sound] = [world.account.conversations[30]!, world.account.conversations[31]!];
    for (const one of [orphan, sound]) addMessage(world.installation, one, world.clock.now, { type: 2, content: 'x', sender: null });
    orphan.contact = null;
    const range = { from: '2026-01-01T00:00:00Z', until: '2026-06-15T12:00:00Z' };
    const pages = await read(
      world.context,
      'conversations',
      kind === 'backfill' ? { kind: 'backfill', cursor: null, ...range } : after(load.at(-1)?.cursor),
    );
    expect(new Set(rejectsOf(pages).map(({ sourceId }) => sourceId))).toEqual(new Set([String(orphan.id)]));
    expect(idsOf(draftsOf(pages), 'conversation')).toContain(String(sound.id));
    expect(pages.at(-1)?.end).toBe(true);
  });

  test('a server that answers nothing but 500 is an error, not a hundred orphans', async () => {
    const world = await startWorld();
    for (const one of world.account.conversations) one.contact = null;
    await expect(read(world.context, 'conversations', first)).rejects.toMatchObject({ kind: 'transient', status: 500 });
    expect(world.asked.length).toBeLessThan(20);
  });

  test('a record that cannot be read is rejected without its text, and the rest goes on', async () => {
    const world = await startWorld();
    const { http } = world.context;
    const spoiled: ReadContext<unknown> = {
      ...world.context,
      async http(url, init) {
        const answer = await http(url, init);
        const json = JSON.parse(answer.body) as { payload?: Record<string, unknown>[]; data?: { payload: Record<string, unknown>[] } };
        if (url.includes('/conversations/5/messages')) json.payload![0]!['created_at'] = 'ayer';
        for (const row of json.data?.payload ?? []) if (row['id'] === 7) row['status'] = 'archivada';
        return { ...answer, body: JSON.stringify(json) };
      },
    };
    const pages = await read(spoiled, 'conversations', first);
    expect(rejectsOf(pages).map(({ entity, reason }) => `${entity}: ${reason.includes('cannot be read')}`)).toEqual([
      'message: true',
      'conversation: true',
    ]);
    expect(rejectsOf(pages)[1]).toMatchObject({ sourceId: '7', payload: { id: 7, status: 'archivada' } });
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(conversationIds(world.account).filter((id) => id !== '7'));
  });
});
