import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** An answer that is an error, in the form of RFC 9457. */
export interface Problem {
  readonly status: number;
  /** The kind of problem in words that stay the same. */
  readonly title: string;
  /** What is wrong with this request. Holds nothing of the request's contents, no secret and no SQL. */
  readonly detail: string;
}

/** Thrown by a route to answer with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  413: 'Body too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  503: 'Not available',
};

/** Sends it. The type is about:blank: the status says what kind it is, the title repeats it for people. */
export function sendProblem(reply: FastifyReply, { status, title, detail }: Problem): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail }));
}

/** What an error thrown while answering is to the outside. What is ours to mend says so and nothing more: its text may hold anything. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const { statusCode, code } = error as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode > 499 || !code?.startsWith('FST_'))
    return { status: 500, title: 'Internal error', detail: 'The request could not be answered; the log of the server says why.' };
  return {
    status: statusCode,
    title: TITLES[statusCode] ?? 'Bad request',
    detail: 'The server does not accept this request as it was sent.',
  };
}

/** For `setNotFoundHandler`. The address is not repeated: it may hold a key. */
export function notFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 404, title: 'Not found', detail: 'There is nothing at this address.' });
}
