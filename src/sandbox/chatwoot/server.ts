import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import { filterConversations } from './filter.ts';
import { conversationList, csatList, csatMetrics, eventList, inStatus, messageList, metaOf, visibleTo } from './lists.ts';
import type { ChatwootAccount, ChatwootInstallation, ChatwootUser } from './model.ts';
import { agentShape, conversationShape, eventShape, inboxShape, OrphanFault } from './shapes.ts';

export interface ChatwootLimits {
  /** Per IP address and clock minute; the real default is 3,000. */
  readonly requestsPerMinute?: number;
  /** Conversations and answers per page; set by the installation, the default is 25. */
  readonly pageSize?: number;
}

/** What Rails says of an address that has no route: a page for people. */
const noRoute: SandboxAnswer = {
  status: 404,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><title>The page you were looking for does not exist (404)</title>',
};
const notFound: SandboxAnswer = { status: 404, body: { error: 'Resource could not be found' } };
const refuse = (error: string): SandboxAnswer => ({ status: 401, body: { error } });

/**
 * Serves an installation as Chatwoot 4.15.1 does over REST, with its traps: no page information, 401 for a missing right,
 * inbox secrets in the open, whole pages of 500 for one orphan conversation. Changes to the model show at once.
 */
export async function startChatwoot(
  options: ServerOptions & { readonly installation: ChatwootInstallation; readonly limits?: ChatwootLimits },
): Promise<SandboxServer> {
  const { installation, clock } = options;
  const { requestsPerMinute = 3000, pageSize = 25 } = options.limits ?? {};
  let minute = -1;
  let used = 0;

  return startServer(options, (request) => {
    const now = clock();
    if (Math.floor(now.getTime() / 60_000) !== minute) {
      minute = Math.floor(now.getTime() / 60_000);
      used = 0;
    }
    used += 1;
    if (used > requestsPerMinute) return { status: 429, headers: { 'content-type': 'text/plain' }, body: 'Retry later\n' };
    if (request.url.pathname === '/api') return aboutAnswer(installation, now);
    try {
      return answer(installation, request, now, pageSize);
    } catch (error) {
      if (error instanceof OrphanFault) return { status: 500, body: { error: 'Internal Server Error' } };
      throw error;
    }
  });
}

function aboutAnswer({ version }: ChatwootInstallation, now: Date): SandboxAnswer {
  const timestamp = now.toISOString().slice(0, 19).replace('T', ' ');
  return { status: 200, body: { version, timestamp, queue_services: 'ok', data_services: 'ok' } };
}

function answer(installation: ChatwootInstallation, request: SandboxRequest, now: Date, pageSize: number): SandboxAnswer {
  const token = request.headers['api_access_token'];
  if (token === undefined) return { status: 401, body: { errors: ['You need to sign in or sign up before continuing.'] } };
  const owned = installation.accounts.flatMap((account) =>
    account.users.filter((user) => user.accessToken === token).map((user) => ({ account, user })),
  );
  const owner = owned[0];
  if (owner === undefined) return refuse('Invalid Access Token');
  if (request.url.pathname === '/api/v1/profile')
    return profileAnswer(
      owner.user,
      owned.map(({ account }) => account),
    );
  const path = /^\/api\/v1\/accounts\/(\d+)(\/.*)$/.exec(request.url.pathname);
  if (path === null) return notFound;
  const account = installation.accounts.find(({ id }) => id === Number(path[1]));
  if (account === undefined) return notFound;
  const member = owned.find((own) => own.account === account);
  if (member === undefined) return refuse('You are not authorized to access this account');
  if (account.suspended) return refuse('Account is suspended');
  if (path[2]?.endsWith('/reporting_events') && !installation.reportingEvents) return noRoute;
  return route(member, request, path[2] ?? '', now, pageSize);
}

function profileAnswer(user: ChatwootUser, accounts: readonly ChatwootAccount[]): SandboxAnswer {
  const { id, name, email, role, accessToken } = user;
  const memberships = accounts.map((account) => ({ id: account.id, name: `Cuenta ${account.id}`, role, status: 'active' }));
  return {
    status: 200,
    body: { id, name, email, access_token: accessToken, pubsub_token: `${accessToken}-pubsub`, role, accounts: memberships },
  };
}

function route(
  { account, user }: { readonly account: ChatwootAccount; readonly user: ChatwootUser },
  request: SandboxRequest,
  path: string,
  now: Date,
  pageSize: number,
): SandboxAnswer {
  const query = request.url.searchParams;
  if (request.method === 'POST') {
    return path === '/conversations/filter' ? filterConversations(account, user, request.body, query, pageSize) : notFound;
  }
  const mine = user.role === 'administrator' ? account.inboxes : account.inboxes.filter(({ id }) => user.inboxIds.includes(id));
  switch (path) {
    case '/inboxes':
      return { status: 200, body: { payload: mine.map(inboxShape) } };
    case '/agents':
      return { status: 200, body: account.users.map((one) => agentShape(account, one)) };
    case '/teams':
      return { status: 200, body: account.teams };
    case '/conversations':
      return conversationList(account, user, query, now, pageSize);
    case '/conversations/meta':
      return { status: 200, body: { meta: metaOf(inStatus(visibleTo(account, user), query)) } };
    case '/csat_survey_responses':
      if (user.role !== 'administrator') return refuse('You are not authorized to do this action');
      return csatList(account, query, pageSize);
    case '/csat_survey_responses/metrics':
      if (user.role !== 'administrator') return refuse('You are not authorized to do this action');
      return csatMetrics(account, query);
    case '/reporting_events':
      if (user.role !== 'administrator') return refuse('You are not authorized to do this action');
      return eventList(account, query, pageSize);
    default:
      return conversationRoute(account, user, path, query);
  }
}

function conversationRoute(account: ChatwootAccount, user: ChatwootUser, path: string, query: URLSearchParams): SandboxAnswer {
  const parts = /^\/conversations\/(\d+)(\/messages|\/reporting_events)?$/.exec(path);
  const conversation = parts === null ? undefined : account.conversations.find(({ id }) => id === Number(parts[1]));
  if (parts === null || conversation === undefined) return notFound;
  if (!visibleTo(account, user).includes(conversation)) return refuse('You are not authorized to do this action');
  if (parts[2] === '/reporting_events')
    return { status: 200, body: conversation.events.map((one) => eventShape(account, conversation, one)) };
  if (parts[2] !== undefined) return messageList(conversation, query);
  return { status: 200, body: conversationShape(account, conversation) };
}
