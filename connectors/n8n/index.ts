import { defineConnector } from '#contract';
import { check } from './check.ts';
import { executions } from './executions.ts';
import { recordUrl } from './record-url.ts';
import { accountKey, settings, type N8nSettings } from './settings.ts';
import { workflows } from './workflows.ts';

/** n8n by its public API (1.x and 2.x): workflows and their runs. */
export const n8n = defineConnector<N8nSettings>({
  id: 'n8n',
  title: 'n8n',
  settings,
  accountKey: (of) => accountKey(of),
  host: (of) => new URL(of.base_url).origin,
  recordUrl,
  check,
  streams: [workflows, executions],
});
