import type { SandboxAnswer } from '../http-server.ts';
import { silenceOf } from '../silence.ts';
import type { ChatwootAccount, ChatwootConversation, ChatwootUser } from './model.ts';
import { conversationShape, csatShape, eventShape, messageShape } from './shapes.ts';

type Sorter = (a: ChatwootConversation, b: ChatwootConversation) => number;

const byActivity: Sorter = (a, b) => b.lastActivityAt - a.lastActivityAt;
const SORTS: Readonly<Record<string, Sorter>> = {
  last_activity_at_desc: byActivity,
  last_activity_at_asc: (a, b) => a.lastActivityAt - b.lastActivityAt,
  created_at_asc: (a, b) => a.createdAt - b.createdAt,
  created_at_desc: (a, b) => b.createdAt - a.createdAt,
};

/** What a user may see: an agent only the conversations of its inboxes, without a word about the rest. */
export function visibleTo(account: ChatwootAccount, user: ChatwootUser): ChatwootConversation[] {
  if (user.role === 'administrator') return account.conversations;
  return account.conversations.filter(({ inboxId }) => user.inboxIds.includes(inboxId));
}

/** Those of the status asked for: open ones where none is. */
export function inStatus(conversations: readonly ChatwootConversation[], query: URLSearchParams): ChatwootConversation[] {
  const wanted = query.get('status') ?? 'open';
  return conversations.filter(({ status }) => wanted === 'all' || status === wanted);
}

/** `GET /conversations`: open ones unless asked, pages without end, and `updated_within` answered whole by the server's clock. */
export function conversationList(
  account: ChatwootAccount,
  user: ChatwootUser,
  query: URLSearchParams,
  now: Date,
  pageSize: number,
): SandboxAnswer {
  const inbox = query.get('inbox_id');
  const found = inStatus(visibleTo(account, user), query).filter(({ inboxId }) => inbox === null || inboxId === Number(inbox));
  // An unknown order is the default one, silently.
  const sorted = listed(account, found).toSorted(SORTS[query.get('sort_by') ?? ''] ?? byActivity);
  const within = query.get('updated_within');
  const rows =
    within === null
      ? pageOf(sorted, query, pageSize)
      : sorted.filter(({ updatedAt }) => updatedAt > now.getTime() * 1000 - Number(within) * 1_000_000);
  const payload = rows.map((conversation) => conversationShape(account, conversation));
  return { status: 200, body: { data: { meta: metaOf(found, silenceOf(account).countShift), payload } } };
}

/** Those of them that a list shows. */
export function listed(account: ChatwootAccount, found: readonly ChatwootConversation[]): readonly ChatwootConversation[] {
  const { unlisted } = silenceOf(account);
  return unlisted.size === 0 ? found : found.filter(({ id }) => !unlisted.has(`conversation/${id}`));
}

/** The four counts; they know nothing of `updated_within`. */
export function metaOf(found: readonly ChatwootConversation[], shift = 0): Record<string, number> {
  const assigned = found.filter(({ assignee }) => assignee !== null).length;
  return { mine_count: 0, assigned_count: assigned, unassigned_count: found.length - assigned, all_count: found.length + shift };
}

/** `GET …/messages` with its four windows; `after` with `before` includes its lower end, `after` alone does not. */
export function messageList(conversation: ChatwootConversation, query: URLSearchParams): SandboxAnswer {
  const after = query.get('after');
  const before = query.get('before');
  const inTime = conversation.messages.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id);
  const [low, high] = [Number(after ?? 0), Number(before ?? 0)];
  const rows =
    after !== null && before !== null
      ? inTime.filter(({ id }) => id >= low && id < high).slice(0, 1000)
      : after !== null
        ? inTime.filter(({ id }) => id > low).slice(0, 100)
        : inTime.filter(({ id }) => before === null || id < high).slice(-20);
  const payload = rows.map((message) => messageShape(conversation, message));
  return { status: 200, body: { meta: { labels: conversation.labels, additional_attributes: {}, agent_last_seen_at: null }, payload } };
}

/** `GET /csat_survey_responses`: a bare array; `since` and `until` count only together, half-open; unordered unless asked. */
export function csatList(account: ChatwootAccount, query: URLSearchParams, pageSize: number): SandboxAnswer {
  const found = answersIn(account, query);
  const sort = query.get('sort');
  const ordered =
    sort === null
      ? found.toReversed() // In no order that could be relied on.
      : found.toSorted((a, b) => (sort.startsWith('-') ? b.createdAt - a.createdAt : a.createdAt - b.createdAt));
  return { status: 200, body: pageOf(ordered, query, pageSize).map((answer) => csatShape(account, answer)) };
}

/** `GET /csat_survey_responses/metrics`: counts over the same window, and how many surveys were sent. */
export function csatMetrics(account: ChatwootAccount, query: URLSearchParams): SandboxAnswer {
  const found = answersIn(account, query);
  const counts: Record<string, number> = {};
  for (const { rating } of found) counts[rating] = (counts[rating] ?? 0) + 1;
  return { status: 200, body: { total_count: found.length, ratings_count: counts, total_sent_messages_count: found.length } };
}

function answersIn(account: ChatwootAccount, query: URLSearchParams): ChatwootAccount['csat'] {
  const since = query.get('since');
  const until = query.get('until');
  return account.csat.filter(
    ({ createdAt }) => since === null || until === null || (createdAt >= Number(since) && createdAt < Number(until)),
  );
}

/** `GET /reporting_events`: latest first, 25 a page; a range counts only with both ends. */
export function eventList(account: ChatwootAccount, query: URLSearchParams, pageSize: number): SandboxAnswer {
  const [since, until] = [query.get('since'), query.get('until')];
  const found = account.conversations
    .flatMap((conversation) => conversation.events.map((event) => ({ conversation, event })))
    .filter(({ event }) => since === null || until === null || (event.endedAt + 1 >= Number(since) && event.endedAt + 1 < Number(until)))
    .toSorted((a, b) => b.event.endedAt - a.event.endedAt);
  const meta = { count: found.length, current_page: Number(query.get('page') ?? 1), total_pages: Math.ceil(found.length / pageSize) };
  const payload = pageOf(found, query, pageSize).map(({ conversation, event }) => eventShape(account, conversation, event));
  return { status: 200, body: { payload, meta } };
}

export function pageOf<T>(rows: readonly T[], query: URLSearchParams, pageSize: number): T[] {
  const page = Math.max(1, Number(query.get('page') ?? 1));
  return rows.slice((page - 1) * pageSize, page * pageSize);
}
