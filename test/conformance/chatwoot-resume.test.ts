import { describe, expect, test } from 'vitest';
import { type Cursor, type ReadRequest } from '../../src/contract/index.ts';
import { addMessage } from '../../src/sandbox/chatwoot/changes.ts';
import { after, ANCHOR, draftsOf, first, idsOf, latest, messageIds, MINUTE, read, startWorld } from './chatwoot-world.ts';

describe('chatwoot, going on after a stop', () => {
  const backfill: ReadRequest = { kind: 'backfill', cursor: null, from: '2026-05-20T00:00:00Z', until: '2026-06-12T13:14:15Z' };
  test.each([
    ['conversations', first],
    ['conversations', { kind: 'incremental', cursor: null, from: '2026-06-01T00:00:00Z' }],
    ['conversations', backfill],
    ['csat_responses', first],
    ['csat_responses', backfill],
  ] as const)('%s: from every cursor on, the same records come in (%o)', async (name, request) => {
    const world = await startWorld();
    const whole = await read(world.context, name, request);
    const all = latest(draftsOf(whole));
    for (let stop = 1; stop < whole.length; stop++) {
      const before = await read(world.context, name, request, stop);
      const rest = await read(world.context, name, { ...request, cursor: before.at(-1)!.cursor });
      expect(latest(draftsOf([...before, ...rest]))).toEqual(all);
      expect(rest.at(-1)?.cursor).toEqual(whole.at(-1)?.cursor);
    }
  });

  test('a walk over changes goes on where it stopped', async () => {
    const world = await startWorld({ conversations: 80 });
    const load = await read(world.context, 'conversations', first);
    world.clock.now = new Date(ANCHOR.getTime() + 30 * MINUTE);
    for (const [i, one] of world.account.conversations.entries()) {
      addMessage(world.installation, one, new Date(ANCHOR.getTime() + i * 10_000), {
        type: 0,
        content: 'hola',
        sender: { type: 'contact' },
      });
    }
    const cursor = load.at(-1)?.cursor;
    const whole = await read(world.context, 'conversations', after(cursor));
    expect(whole.length).toBeGreaterThan(2);
    for (let stop = 1; stop < whole.length; stop++) {
      const before = await read(world.context, 'conversations', after(cursor), stop);
      const rest = await read(world.context, 'conversations', after(before.at(-1)!.cursor));
      expect(latest(draftsOf([...before, ...rest]))).toEqual(latest(draftsOf(whole)));
      expect(draftsOf(rest).length).toBeLessThan(draftsOf(whole).length);
    }
  });

  test('a backfill reads exactly the conversations created in its range', async () => {
    const world = await startWorld();
    const pages = await read(world.context, 'conversations', backfill);
    const inside = world.account.conversations.filter(
      ({ createdAt }) => createdAt * 1000 >= Date.parse('2026-05-20T00:00:00Z') && createdAt * 1000 < Date.parse('2026-06-12T13:14:15Z'),
    );
    expect(idsOf(draftsOf(pages), 'conversation')).toEqual(inside.map(({ id }) => String(id)).toSorted());
    expect(idsOf(draftsOf(pages), 'message')).toEqual(messageIds(inside));
    expect(pages.at(-1)?.covered).toEqual({ from: '2026-05-20T00:00:00Z', until: '2026-06-12T13:14:15Z' });
  });

  test('a cursor of another release is refused with the command to type', async () => {
    const world = await startWorld();
    const cursor: Cursor = { v: 99, watermark: null, walk: null };
    await expect(read(world.context, 'conversations', after(cursor))).rejects.toMatchObject({ code: 'cursor_refused', kind: 'config' });
  });
});
