import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Database } from '../store/database.ts';
import { clerkWebhook } from './clerk-webhook.ts';
import { endConnections } from './end-connections.ts';
import { gateway, type GatewayOptions } from './gateway.ts';
import { health } from './health.ts';
import { metricsRoute, type Metrics } from './metrics.ts';
import { notFound, problemOf, sendProblem } from './problem.ts';
import { sourceWebhook, type SourceWebhookOptions } from './source-webhook.ts';

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
  /** What `/metrics` shows, and who is told of answered requests; left out: there is no such route. */
  readonly metrics?: Metrics;
  /** What is needed to take messages of sources; left out: none are taken. */
  readonly sourceWebhooks?: SourceWebhookOptions;
  /** Left out: only health and webhooks are answered. */
  readonly gateway?: Omit<GatewayOptions, 'db'>;
}

const BODY_BYTES = 256 * 1024;
const REQUEST_MS = 30_000;
/** Answers are data for programs: no page may be made of them, kept or framed. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const;

/** The HTTP server, not listening yet: each resource is a plugin of its own. Errors leave as problem details, requests are logged by route. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { db, log, clerkWebhookSecret } = options;
  // A number of our own: one that came with the request could be anything.
  const server = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // An address that no route can be looked for under; the framework would repeat it.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...HEADERS, 'x-request-id': request.id });
      sendProblem(request, reply, problemOf(error));
    },
  });
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    const fields = { err: error, request_id: request.id, route: request.routeOptions.url ?? null };
    if (problem.status === 500) log.error(fields, 'a request failed');
    else if (problem.status > 500) log.warn(fields, 'a request could not be served');
    return sendProblem(request, reply, problem);
  });
  server.setNotFoundHandler(notFound);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...HEADERS, 'x-request-id': request.id });
  });
  server.addHook('onResponse', async (request, reply) => {
    // The route, never the address as it was sent: a query string may hold a key.
    const route = request.routeOptions.url ?? null;
    const { metrics } = options;
    metrics?.answered({ method: request.method, route: route ?? 'none', status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    const fields = {
      request_id: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      took_ms: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 400) log.warn(fields, 'answered');
    else if (route !== '/health' && route !== '/ready' && route !== '/metrics') log.info(fields, 'answered');
  });
  endConnections(server);
  server.register(health({ db, log }));
  if (clerkWebhookSecret !== null) server.register(clerkWebhook({ db, log, secret: clerkWebhookSecret }));
  if (options.sourceWebhooks !== undefined) server.register(sourceWebhook({ db, log, ...options.sourceWebhooks }));
  if (options.metrics !== undefined) server.register(metricsRoute({ db, metrics: options.metrics, open: false }));
  if (options.gateway !== undefined) server.register(gateway({ db, ...options.gateway }));
  return server;
}
