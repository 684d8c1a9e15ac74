import { defineStream, type Notice } from '#contract';
import { z } from 'zod';
import { n8nClient } from './client.ts';
import { toWorkflow } from './mapping.ts';
import { workflowsInScope } from './scope.ts';
import type { N8nSettings } from './settings.ts';

const VERSION = 1;

/**
 * The workflows there are now. A complete list replaces the one before, so that deleted ones are tombstoned; a list that is not
 * proven complete, has a bad record or is empty only adds and changes.
 */
export const workflows = defineStream<N8nSettings, null, null>({
  name: 'workflows',
  description: 'Workflows with name, tags and state; never their nodes or parameters',
  entities: ['workflow'],
  cursorVersion: VERSION,
  overlapSeconds: 0,
  backfill: 'none',
  deletions: 'snapshot',
  intervalSeconds: 900,
  watermark: z.null(),
  walk: z.null(),
  async *read(context) {
    const client = n8nClient(context);
    const { date } = await client.list('workflows', { limit: '1', excludePinnedData: 'true' });
    const { rows, rejects, complete } = await workflowsInScope(client, context.settings);
    const notices: Notice[] = [];
    if (rows.length === 0) {
      notices.push({ code: 'no_workflow', message: 'n8n shows no workflow for this connection; check its tag or project' });
    }
    if (!complete && rejects.length === 0) {
      notices.push({
        code: 'list_moved',
        message: 'the list of workflows changed while it was read; deleted ones are found by a later run',
      });
    }
    yield {
      drafts: rows.map(toWorkflow),
      rejects,
      cursor: { v: VERSION, watermark: null, walk: null },
      end: true,
      ...(date === null ? {} : { covered: { from: null, until: date } }),
      ...(complete && rows.length > 0 ? { snapshot: { entities: ['workflow'], counted: rows.length } as const } : {}),
      notices,
    };
  },
});
