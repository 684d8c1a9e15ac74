import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import type { Database } from '../store/database.ts';
import { authentication } from './auth/authenticate.ts';
import { requireScope } from './auth/caller.ts';
import { endConnections } from './end-connections.ts';
import { notFound, ProblemError, problemOf, sendProblem } from './problem.ts';

/** What is shown, in Prometheus' text format. */
export interface MetricsPort {
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** The same for a server that tells of its own answers too. */
export interface Metrics extends MetricsPort {
  answered(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void;
}

/**
 * `GET /metrics`. It names every company and how it fares, so it is for whoever may operate all of them: a service token with the scope
 * `operate` that is bound to no company. Where a connection comes from proves nothing behind a proxy.
 */
export function metricsRoute({
  db,
  metrics,
  open,
}: {
  readonly db: Database;
  readonly metrics: MetricsPort;
  readonly open: boolean;
}): FastifyPluginAsync {
  const authenticate = authentication({ db, clerk: null });
  return async (server) => {
    server.get('/metrics', async (request, reply) => {
      if (!open) {
        const caller = await authenticate(request.headers.authorization);
        requireScope(caller, 'operate');
        if (caller.tenants !== 'all')
          throw new ProblemError({
            status: 403,
            code: 'forbidden',
            detail: { es: 'Esta credencial es de una sola empresa.', en: 'This credential is of one company only.' },
          });
      }
      const { contentType, body } = await metrics.render();
      return reply.type(contentType).send(body);
    });
  };
}

/**
 * A server for a worker's metrics alone, not listening yet. `open`: nobody is asked for a token; for an address that only this machine
 * reaches.
 */
export function createMetricsServer(options: {
  readonly db: Database;
  readonly metrics: MetricsPort;
  readonly open: boolean;
}): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: 1024, requestTimeout: 30_000, forceCloseConnections: 'idle', requestIdHeader: false });
  server.setErrorHandler((error, request, reply) => sendProblem(request, reply, problemOf(error)));
  server.setNotFoundHandler(notFound);
  endConnections(server);
  server.get('/health', async () => ({ status: 'ok' }));
  server.register(metricsRoute(options));
  return server;
}
