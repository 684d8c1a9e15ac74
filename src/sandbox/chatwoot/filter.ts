import type { SandboxAnswer } from '../http-server.ts';
import { silenceOf } from '../silence.ts';
import { listed, metaOf, pageOf, visibleTo } from './lists.ts';
import type { ChatwootAccount, ChatwootConversation, ChatwootUser } from './model.ts';
import { conversationShape } from './shapes.ts';

interface Condition {
  readonly attribute_key?: string;
  readonly filter_operator?: string;
  readonly values?: readonly unknown[];
  readonly query_operator?: string | null;
}

/**
 * `POST /conversations/filter`: bare envelope without `assigned_count`, always latest activity first. Dates compare as UTC
 * days, strictly; a time part is dropped and Unix seconds are a 422. Conditions are joined by AND only here.
 */
export function filterConversations(
  account: ChatwootAccount,
  user: ChatwootUser,
  body: string,
  query: URLSearchParams,
  pageSize: number,
): SandboxAnswer {
  const { payload = [] } = JSON.parse(body) as { payload?: readonly Condition[] };
  let found: ChatwootConversation[] = visibleTo(account, user);
  for (const condition of payload) {
    const test = testOf(condition);
    if (test === null) return { status: 422, body: { error: `Attribute ${condition.attribute_key ?? ''} can not be filtered that way` } };
    found = found.filter(test);
  }
  const rows = pageOf(
    listed(account, found).toSorted((a, b) => b.lastActivityAt - a.lastActivityAt),
    query,
    pageSize,
  );
  const { assigned_count: _left, ...meta } = metaOf(found, silenceOf(account).countShift);
  return { status: 200, body: { meta, payload: rows.map((conversation) => conversationShape(account, conversation)) } };
}

function testOf({ attribute_key: key, filter_operator: operator, values = [] }: Condition): ((c: ChatwootConversation) => boolean) | null {
  const value = String(values[0]);
  if (key === 'status' && operator === 'equal_to') return ({ status }) => values.includes('all') || values.includes(status);
  if (key === 'inbox_id' && operator === 'equal_to') return ({ inboxId }) => inboxId === Number(value);
  if (key !== 'created_at' && key !== 'last_activity_at') return null;
  const day = /^(\d{4}-\d\d-\d\d)/.exec(value)?.[1];
  if (day === undefined) return null;
  const dayOf = (c: ChatwootConversation) =>
    new Date((key === 'created_at' ? c.createdAt : c.lastActivityAt) * 1000).toISOString().slice(0, 10);
  if (operator === 'is_greater_than') return (c) => dayOf(c) > day;
  return operator === 'is_less_than' ? (c) => dayOf(c) < day : null;
}
