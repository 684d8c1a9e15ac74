import { z } from 'zod';
import type { RecordPlace } from '#contract';

const stored = z.object({ base_url: z.string() });

/** A workflow in the editor, or one of its runs there. */
export function recordUrl(settings: Readonly<Record<string, unknown>>, { entity, sourceId, refs }: RecordPlace): string | null {
  const known = stored.safeParse(settings);
  if (!known.success) return null;
  const workflow = entity === 'workflow' ? sourceId : refs['workflow_id'];
  if (workflow === undefined) return null;
  const page = `${known.data.base_url}/workflow/${encodeURIComponent(workflow)}`;
  return entity === 'workflow' ? page : `${page}/executions/${encodeURIComponent(sourceId)}`;
}
