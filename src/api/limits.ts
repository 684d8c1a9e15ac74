import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problem.ts';

/** Requests a minute. Counted in this process: of several servers each has its own count. */
export interface RateLimits {
  readonly requestsPerMinute: number;
  readonly queriesPerMinute: number;
}

export interface Limiter {
  /** @throws ProblemError 429 */
  count(request: FastifyRequest, kind: 'requests' | 'queries', key: string): Promise<void>;
}

/** A tenant has the rights of this many callers together. */
const CALLERS_OF_A_TENANT = 2;

/** Limits for each caller and, `tenant:…`, for each tenant. */
export async function limiter(server: FastifyInstance, limits: RateLimits): Promise<Limiter> {
  await server.register(rateLimit, { global: false, timeWindow: 60_000 });
  const keys = new WeakMap<FastifyRequest, string>();
  const limit = (max: number) => server.createRateLimit({ max, timeWindow: 60_000, keyGenerator: (request) => keys.get(request) ?? '' });
  const both = (max: number) => ({ caller: limit(max), tenant: limit(max * CALLERS_OF_A_TENANT) });
  const all = { requests: both(limits.requestsPerMinute), queries: both(limits.queriesPerMinute) };
  return {
    count: async (request, kind, key) => {
      keys.set(request, `${kind}:${key}`);
      const said = await all[kind][key.startsWith('tenant:') ? 'tenant' : 'caller'](request);
      if (said.isAllowed || !said.isExceeded) return;
      throw new ProblemError({
        status: 429,
        code: 'too_many_requests',
        detail: {
          es: 'Demasiadas solicitudes en un minuto; espere antes de repetir.',
          en: 'Too many requests in a minute; wait before the next.',
        },
        retryAfter: Math.max(1, said.ttlInSeconds),
      });
    },
  };
}
