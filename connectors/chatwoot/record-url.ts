import { z } from 'zod';
import type { RecordPlace } from '#contract';

const stored = z.object({ base_url: z.string(), account_id: z.number() });

/** A conversation in the agents' app; messages and survey answers are seen in theirs, an inbox in its settings. */
export function recordUrl(settings: Readonly<Record<string, unknown>>, { entity, sourceId, refs }: RecordPlace): string | null {
  const known = stored.safeParse(settings);
  if (!known.success) return null;
  const [path, id] =
    entity === 'conversation'
      ? ['conversations', sourceId]
      : entity === 'inbox'
        ? ['settings/inboxes', sourceId]
        : ['conversations', refs['conversation_id'] ?? ''];
  return /^\d+$/.test(id) ? `${known.data.base_url}/app/accounts/${known.data.account_id}/${path}/${id}` : null;
}
