import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeBatch } from '../../src/store/write-batch.ts';
import { EngineRig } from '../support/engine-rig.ts';
import { tenantWith } from '../support/scripted-stream.ts';
import { at, said } from '../support/support-rig.ts';

let rig: EngineRig;
beforeAll(async () => {
  rig = await EngineRig.open();
});
afterAll(() => rig.close());

test('messages of one conversation that come in one batch lie together, for they are read again by their conversation', async () => {
  const { tenantId, connections } = await tenantWith(rig.db, ['chatwoot']);
  const place = { tenantId, connectionId: connections['chatwoot']!, source: 'chatwoot' };
  const minutes = Array.from({ length: 60 }, (_, i) => `10:${String(i).padStart(2, '0')}`);
  const drafts = minutes.map((time, i) => said(String(i % 6), at(time)));
  await writeBatch(rig.db, await rig.batch(place, 1, drafts));
  const rows = await rig.db.transaction(tenantId, async ({ query }) =>
    (await query<{ id: string }>('select conversation_id as id from public.messages order by ctid')).rows.map(({ id }) => id),
  );
  const changes = rows.filter((id, i) => id !== rows[i - 1]).length;
  expect([rows.length, changes]).toEqual([60, 6]);
});
