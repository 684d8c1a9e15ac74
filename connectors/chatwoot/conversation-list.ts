import { z } from 'zod';
import { SourceError } from '#contract';
import { unexpectedAnswer, type ChatwootClient, type Params } from './client.ts';
import { rawId } from './parse-record.ts';

const listed = z.object({ meta: z.object({ all_count: z.number().int() }), payload: z.array(z.unknown()) });
const wrapped = z.object({ data: listed });
const counts = z.object({ meta: z.object({ all_count: z.number().int() }) });

export interface ConversationList {
  readonly rows: readonly unknown[];
  /** The server's count of all conversations of this filter (it ignores `updated_within`). */
  readonly allCount: number;
}

/** One answer of `GET /conversations`, always over every status: the default would be open ones only. */
export async function listConversations(client: ChatwootClient, params: Params): Promise<ConversationList> {
  const answer = await client.get('/conversations', { status: 'all', ...params });
  const parsed = wrapped.safeParse(answer.json);
  if (!parsed.success) throw unexpectedAnswer('GET /conversations');
  return { rows: parsed.data.data.payload, allCount: parsed.data.data.meta.all_count };
}

/** One page of conversations created after UTC day `after` and before UTC day `before`, both exclusive: the filter knows days only. */
export async function filterByDay(client: ChatwootClient, after: string, before: string, page: number): Promise<ConversationList> {
  const body = { payload: [createdAt('is_greater_than', after, 'AND'), createdAt('is_less_than', before, null)] };
  const answer = await client.post('/conversations/filter', { page }, body);
  const parsed = listed.safeParse(answer.json);
  if (!parsed.success) throw unexpectedAnswer('POST /conversations/filter');
  return { rows: parsed.data.payload, allCount: parsed.data.meta.all_count };
}

function createdAt(operator: 'is_greater_than' | 'is_less_than', day: string, next: 'AND' | null) {
  return { attribute_key: 'created_at', filter_operator: operator, values: [day], query_operator: next };
}

/** How many conversations the account has, in every status. Limited to 30 a minute per token: only for emergencies. */
export async function countConversations(client: ChatwootClient): Promise<number> {
  const answer = await client.get('/conversations/meta', { status: 'all' });
  const parsed = counts.safeParse(answer.json);
  if (!parsed.success) throw unexpectedAnswer('GET /conversations/meta');
  return parsed.data.meta.all_count;
}

/** One conversation: found, gone (404), or broken: Chatwoot answers 500 for it, twice, while it may answer for others. */
export async function showConversation(client: ChatwootClient, id: number): Promise<{ raw: unknown } | 'gone' | 'broken'> {
  const path = `/conversations/${id}`;
  const first = await client.get(path, {}, [404, 500]);
  if (first.status === 404) return 'gone';
  if (first.status !== 500) return { raw: first.json };
  try {
    // The second time without accepting the 500, so that it is repeated with pauses before it counts.
    const second = await client.get(path, {}, [404]);
    return second.status === 404 ? 'gone' : { raw: second.json };
  } catch (error) {
    if (isServerFault(error)) return 'broken';
    throw error;
  }
}

/** True for the 500 that one damaged conversation gives the whole page it is on, and that no repetition mends. */
export function isServerFault(error: unknown): error is SourceError {
  return error instanceof SourceError && error.status === 500;
}

/** Number in a row's field, or 0 where it has none: for ordering and comparing only. */
export function numberIn(row: unknown, field: 'created_at' | 'updated_at' | 'last_activity_at'): number {
  const value: unknown = typeof row === 'object' && row !== null ? (row as Partial<Record<string, unknown>>)[field] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export function firstId(rows: readonly unknown[]): number | null {
  return rawId(rows[0]);
}

export function lastId(rows: readonly unknown[]): number | null {
  return rawId(rows.at(-1));
}
