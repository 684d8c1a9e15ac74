import type { ReadContext, ReadRequest } from '#contract';
import { z } from 'zod';
import { Database } from '../../src/store/database.ts';
import { runBackfill } from '../../src/sync/run-backfill.ts';
import { jobOf, orderDraft, pageOf, scripted, syncDeps } from '../support/scripted-stream.ts';

/*
 * Does a step of a backfill in a process of its own, whose source never answers the request for page `hangAt`: there to be killed in
 * the middle of a slice.
 */
const JOB = z.object({ url: z.string(), tenantId: z.string(), connectionId: z.string(), id: z.string(), hangAt: z.number() });
const { url, tenantId, connectionId, id, hangAt } = JOB.parse(JSON.parse(process.env['TEST_JOB'] ?? '{}'));
// Nobody is left to kill it when the test run itself was killed.
process.once('disconnect', () => process.exit());

const stream = {
  ...scripted([]),
  read: async function* (_context: ReadContext<unknown>, request: ReadRequest) {
    for (let walk = 0; ; walk++) {
      if (walk === hangAt) {
        process.stdout.write('hangs\n');
        await new Promise(() => undefined);
      }
      const at = new Date(Date.parse(request.from!) + walk * 86_400_000).toISOString();
      const order = orderDraft(at.slice(0, 10), { created_at: at, updatedAt: at });
      yield pageOf([order], { end: false, cursor: { v: 1, watermark: null, walk: walk + 1 } });
    }
  },
};
const deps = { ...syncDeps(new Database({ url }), 'to be killed'), buffer: { rows: 1, bytes: 1e6, milliseconds: 1e6 } };
await runBackfill(deps, tenantId, id, (_connection, _stream, lane) =>
  Promise.resolve(jobOf({ tenantId, connectionId, source: 'shopify', lane }, stream)),
);
