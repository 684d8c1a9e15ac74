import { defineStream, type Notice } from '#contract';
import { z } from 'zod';
import { n8nClient, type N8nClient } from './client.ts';
import { toWorkflow } from './mapping.ts';
import { NOTICES } from './notices.ts';
import { ofNobody, tagPrefix, workflowsInScope } from './scope.ts';
import type { N8nSettings } from './settings.ts';

const VERSION = 1;
/** How long a look at the whole of a shared instance serves: its list is long, and every tenant's connection would read it. */
const LOOK_SERVES_MS = 24 * 3600 * 1000;

/** When the whole instance was last looked at, and how many workflows belong to no tenant. */
const watermark = z.object({ lookedAt: z.string(), nobody: z.int().nonnegative() });
type Watermark = z.output<typeof watermark>;

/**
 * The workflows there are now. A complete list replaces the one before, so that deleted ones are tombstoned; a list that is not
 * proven complete, has a bad record or is empty only adds and changes.
 */
export const workflows = defineStream<N8nSettings, Watermark, null>({
  name: 'workflows',
  description: 'Workflows with name, tags and state; never their nodes or parameters',
  entities: ['workflow'],
  cursorVersion: VERSION,
  overlapSeconds: 0,
  backfill: 'none',
  deletions: 'snapshot',
  intervalSeconds: 900,
  watermark,
  walk: z.null(),
  async *read(context, request) {
    const client = n8nClient(context);
    const { date } = await client.list('workflows', { limit: '1', excludePinnedData: 'true' });
    const { rows, rejects, complete } = await workflowsInScope(client, context.settings);
    const notices: Notice[] = [];
    if (rows.length === 0) {
      notices.push(NOTICES.noWorkflow);
    }
    if (!complete && rejects.length === 0) {
      notices.push(NOTICES.listMoved);
    }
    const seen = await lookForNobody(client, context.settings, request.watermark, date);
    // The last notice stays until another comes: that there are none any more is said once.
    if (seen?.nobody === 0 && (request.watermark?.nobody ?? 0) > 0) notices.push(NOTICES.workflowsAssigned);
    if (seen !== null && seen.nobody > 0) {
      notices.push(NOTICES.workflowsOfNobody(seen.nobody));
    }
    yield {
      drafts: rows.map(toWorkflow),
      rejects,
      cursor: { v: VERSION, watermark: seen, walk: null },
      end: true,
      ...(date === null ? {} : { covered: { from: null, until: date } }),
      ...(complete && rows.length > 0 ? { snapshot: { entities: ['workflow'], counted: rows.length } as const } : {}),
      notices,
    };
  },
});

/**
 * Looks once a day, by the source's clock, over the whole of an instance that tenants share by tags. What it found is said with every run,
 * because a later notice takes the place of those before.
 */
async function lookForNobody(
  client: N8nClient,
  settings: N8nSettings,
  last: Watermark | null,
  date: string | null,
): Promise<Watermark | null> {
  const prefix = tagPrefix(settings);
  if (prefix === null || date === null) return last;
  if (last !== null && Date.parse(date) - Date.parse(last.lookedAt) < LOOK_SERVES_MS) return last;
  const all = await workflowsInScope(client, { ...settings, tag: undefined, project_id: undefined });
  const nobody = ofNobody(all.rows, prefix);
  return { lookedAt: date, nobody: nobody.length };
}
