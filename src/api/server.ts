import Fastify, { type FastifyInstance } from 'fastify';
import type { Database } from '../store/database.ts';
import { clerkWebhook } from './clerk-webhook.ts';
import { endConnections } from './end-connections.ts';
import { health } from './health.ts';
import { notFound, problemOf, sendProblem } from './problem.ts';

/** What the server logs with. */
export interface ServerLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface ServerOptions {
  readonly db: Database;
  readonly log: ServerLog;
  /** Null: there is no route for Clerk's messages. */
  readonly clerkWebhookSecret: string | null;
}

const BODY_BYTES = 256 * 1024;
const REQUEST_MS = 30_000;

/** The HTTP server, not listening yet: each resource is a plugin of its own. Errors leave as problem details, requests are logged by route. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { db, log, clerkWebhookSecret } = options;
  const server = Fastify({ logger: false, bodyLimit: BODY_BYTES, requestTimeout: REQUEST_MS, forceCloseConnections: 'idle' });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) log.error({ err: error, route: request.routeOptions.url ?? null }, 'a request failed');
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler(notFound);
  server.addHook('onResponse', async (request, reply) => {
    // The route, never the address as it was sent: a query string may hold a key.
    const route = request.routeOptions.url ?? null;
    const fields = { method: request.method, route, status: reply.statusCode, took_ms: Math.round(reply.elapsedTime) };
    if (reply.statusCode >= 400) log.warn(fields, 'answered');
    else if (route !== '/health' && route !== '/ready') log.info(fields, 'answered');
  });
  endConnections(server);
  server.register(health({ db, log }));
  if (clerkWebhookSecret !== null) server.register(clerkWebhook({ db, log, secret: clerkWebhookSecret }));
  return server;
}
