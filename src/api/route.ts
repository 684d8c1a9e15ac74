import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Scope } from '../store/service-tokens.ts';
import type { Caller } from './auth/caller.ts';
import { languageOf, ProblemError } from './problem.ts';

type Shape = z.ZodObject;

/** A resource as data: what is checked, what is described in /openapi.json, and what answers. */
export interface Route<Params extends Shape = Shape, Query extends Shape = Shape, Body extends Shape = Shape> {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  /** With parameters as OpenAPI writes them: `/api/tenants/{tenant_id}/kpis`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** Counts against the stricter limit of statements as well. */
  readonly limited?: 'queries';
  readonly params: Params;
  readonly query: Query;
  readonly body: Body | null;
  /** What it answers with when it went well; 200 or 202. With `files`, a `FileAnswer` of one of these media types, each as the schema says. */
  readonly success: {
    readonly status: 200 | 202;
    readonly description: string;
    readonly schema: z.ZodType;
    readonly files?: readonly string[];
  };
  /** Problems of its own, beside those that every resource has. */
  readonly problems: readonly number[];
  handle(request: {
    readonly params: z.output<Params>;
    readonly query: z.output<Query>;
    readonly body: z.output<Body>;
    readonly caller: Caller;
    /** Aborted when the client has gone. */
    readonly signal: AbortSignal;
    /** Counts against the tenant's limit. */
    readonly countTenant: (tenantId: string) => Promise<void>;
    readonly header: (name: string, value: string) => void;
  }): Promise<unknown>;
}

/** Infers the types of a route's parts from its schemas. */
export function route<Params extends Shape, Query extends Shape, Body extends Shape>(one: Route<Params, Query, Body>): Route {
  return one;
}

export const nothing = z.strictObject({});

/** What of a request does not fit its schema, by place. Values are not repeated. @throws ProblemError 400 */
export function parsePart<S extends z.ZodType>(request: FastifyRequest, part: string, schema: S, value: unknown): z.output<S> {
  const language = languageOf(request);
  const { localeError } = language === 'en' ? z.locales.en() : z.locales.es();
  const parsed = schema.safeParse(value, { error: localeError });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ where: [part, ...path].join('.'), message }));
  throw new ProblemError({
    status: 400,
    code: 'invalid_request',
    detail: {
      es: 'La solicitud no tiene la forma esperada; «errors» dice dónde.',
      en: 'The request is not as expected; "errors" says where.',
    },
    more: { errors },
  });
}

/** Aborted when the client hangs up before its answer is whole. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // It may have gone while it was being asked who it is; then that is not told again.
  if (reply.raw.destroyed) gone.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
