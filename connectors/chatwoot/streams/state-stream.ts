import { z } from 'zod';
import { defineStream, type Draft, type Entity, type Stream, type StreamName } from '#contract';
import { openAccount } from '../account.ts';
import { parseRecord } from '../parse-record.ts';
import type { ChatwootSettings } from '../settings.ts';

interface StateList<T> {
  readonly name: StreamName;
  readonly description: string;
  readonly entity: Entity;
  readonly path: string;
  /** Takes the list out of its envelope. @throws SourceError when the shape is another. */
  rowsOf(json: unknown): readonly unknown[];
  readonly schema: z.ZodType<T>;
  draft(raw: T, settings: ChatwootSettings): Draft;
}

/**
 * A stream that reads one unpaged list, whole, each time. Not a snapshot in the contract's sense: the source states no count
 * to check it against, and what is gone from the list must stay known for the past.
 */
export function stateStream<T>({ entity, path, rowsOf, schema, draft, ...data }: StateList<T>): Stream<ChatwootSettings> {
  return defineStream<ChatwootSettings, string, null>({
    ...data,
    entities: [entity],
    cursorVersion: 1,
    overlapSeconds: 0,
    backfill: 'none',
    deletions: 'none',
    intervalSeconds: 3600,
    watermark: z.string(),
    walk: z.null(),
    async *read(context) {
      const { client, at } = await openAccount(context);
      const parsed = rowsOf((await client.get(path)).json).map((raw) => parseRecord(entity, schema, raw));
      yield {
        drafts: parsed.flatMap((one) => ('record' in one ? [draft(one.record, context.settings)] : [])),
        rejects: parsed.flatMap((one) => ('reject' in one ? [one.reject] : [])),
        cursor: { v: 1, watermark: at, walk: null },
        end: true,
        covered: { from: null, until: at },
      };
    },
  });
}
