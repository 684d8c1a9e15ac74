import type { Connector } from '#contract';
import cors from '@fastify/cors';
import type { FastifyPluginAsync } from 'fastify';
import type { Database } from '../store/database.ts';
import { writeJson } from '../store/raw-json.ts';
import type { ReaderSessions } from '../store/reader-sessions.ts';
import type { OpenSource } from '../sync/backfill-slices.ts';
import { authentication, type AuthenticationOptions } from './auth/authenticate.ts';
import { requireScope } from './auth/caller.ts';
import { FileAnswer, sendFile } from './file-answer.ts';
import { limiter, type RateLimits } from './limits.ts';
import type { MetabasePort } from './metabase-port.ts';
import { openapi } from './openapi.ts';
import { goneSignal, parsePart, type Route } from './route.ts';
import { backfillRoutes } from './routes/backfills.ts';
import { closingRoutes } from './routes/closing.ts';
import { operationsBackfillRoutes } from './routes/operations-backfills.ts';
import { customerRoutes } from './routes/customers.ts';
import { dashboardRoutes } from './routes/dashboards.ts';
import { embedRoute } from './routes/embed.ts';
import { exportRoute } from './routes/export.ts';
import { findingRoutes } from './routes/findings.ts';
import { kpiRoutes } from './routes/kpis.ts';
import { operationRoutes } from './routes/operations.ts';
import { overviewRoutes } from './routes/overview.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { queryRoute } from './routes/query.ts';
import { sweepRoutes } from './routes/sweeps.ts';
import { tenantJobRoutes } from './routes/tenant-jobs.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { verificationRoutes } from './routes/verifications.ts';
import { reconciliationRoutes } from './routes/reconciliation.ts';
import { tenantReader } from './tenant-reader.ts';

export interface GatewayOptions extends AuthenticationOptions {
  readonly db: Database;
  readonly connectors: readonly Connector[];
  /** Opens a source to have it count; for plans and for finding what is missing. */
  readonly openSource: OpenSource;
  /** Steady rate of requests to one account of a source. */
  readonly requestsPerSecond: number;
  /** Where workers leave exports that were asked for. */
  readonly exportsFolder: string;
  /** The key that a company's customers are made pseudonyms with. */
  identityKeyOf(tenantId: string): Buffer;
  readonly readers: ReaderSessions;
  /** Longest a statement may take. */
  readonly queryMs: number;
  readonly limits: RateLimits;
  /** Origins whose pages may ask; none: browsers elsewhere get no answer. */
  readonly corsOrigins: readonly string[];
  /** Null: no Metabase is configured. */
  readonly metabase: MetabasePort | null;
  readonly version: string;
}

/** Every resource of the gateway. */
export function gatewayRoutes(options: GatewayOptions): Route[] {
  const { db, connectors, readers, queryMs, metabase, openSource, requestsPerSecond } = options;
  const backfills = { db, connectors, openSource, requestsPerSecond, now: () => new Date() };
  const reader = tenantReader(readers, { totalMs: queryMs });
  return [
    embedRoute(db, metabase),
    ...dashboardRoutes(db, metabase),
    queryRoute(db, reader),
    ...kpiRoutes(db, reader),
    ...operationRoutes(db),
    ...overviewRoutes(db),
    ...tenantRoutes(db),
    ...tenantJobRoutes(db, options.exportsFolder),
    ...customerRoutes(db, options.identityKeyOf),
    ...quarantineRoutes(db),
    ...closingRoutes(db),
    ...sweepRoutes(db, connectors),
    ...verificationRoutes(db, connectors),
    ...backfillRoutes(backfills),
    ...operationsBackfillRoutes(backfills),
    ...findingRoutes(db, connectors),
    ...reconciliationRoutes(db),
    exportRoute(db, connectors),
  ];
}

/**
 * `/api` for people and programs. Of each request first who asks, then how often, then whether they may, and only then what it holds.
 */
export function gateway(options: GatewayOptions): FastifyPluginAsync {
  return async (server) => {
    await server.register(cors, {
      origin: [...options.corsOrigins],
      methods: ['GET', 'POST'],
      allowedHeaders: ['authorization', 'content-type', 'accept-language'],
      exposedHeaders: [
        'x-request-id',
        'retry-after',
        'location',
        'content-disposition',
        'x-reconciliation-state',
        'x-reconciliation-warnings',
      ],
      maxAge: 600,
      strictPreflight: false,
    });
    const limit = await limiter(server, options.limits);
    const authenticate = authentication(options);
    const routes = gatewayRoutes(options);
    const description = openapi(routes, options.version);
    server.get('/openapi.json', async () => description);
    for (const route of routes) {
      server.route({
        method: route.method,
        url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        // Before the body is read: who may not ask sends nothing.
        onRequest: async (request) => {
          const caller = await authenticate(request.headers.authorization);
          await limit.count(request, 'requests', caller.id);
          if (route.limited !== undefined) await limit.count(request, route.limited, caller.id);
          requireScope(caller, route.scope);
          callers.set(request, caller);
        },
        handler: async (request, reply) => {
          const caller = callers.get(request)!;
          const params = parsePart(request, 'path', route.params, request.params);
          const query = parsePart(request, 'query', route.query, request.query);
          const body = route.body === null ? {} : parsePart(request, 'body', route.body, request.body ?? {});
          const countTenant = async (tenantId: string) => {
            await limit.count(request, 'requests', `tenant:${tenantId}`);
            if (route.limited !== undefined) await limit.count(request, route.limited, `tenant:${tenantId}`);
          };
          const header = (name: string, value: string) => void reply.header(name, value);
          const answer = await route.handle({ params, query, body, caller, countTenant, header, signal: goneSignal(reply) });
          if (answer instanceof FileAnswer) return sendFile(reply, route.success.status, answer);
          return reply.code(route.success.status).type('application/json; charset=utf-8').serializer(writeJson).send(answer);
        },
      });
    }
  };
}

const callers = new WeakMap<object, Awaited<ReturnType<ReturnType<typeof authentication>>>>();
