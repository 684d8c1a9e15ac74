import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** A sentence in the languages of those who ask. */
export interface Words {
  readonly es: string;
  readonly en: string;
}
export type Language = keyof Words;

/** An answer that is an error, in the form of RFC 9457. */
export interface Problem {
  readonly status: number;
  /** What kind of problem it is, in a word that stays the same. */
  readonly code: string;
  /** What is wrong with this request. Holds no secret, and nothing of ours that is not the caller's. */
  readonly detail: Words;
  /** More members, such as where in a statement the fault is. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter?: number;
}

/** Thrown by a route to answer with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail.en, options);
    this.problem = problem;
  }
}

const TITLES: Readonly<Record<number, Words>> = {
  400: { es: 'Solicitud incorrecta', en: 'Bad request' },
  401: { es: 'No autenticado', en: 'Unauthorized' },
  403: { es: 'No permitido', en: 'Forbidden' },
  404: { es: 'No existe', en: 'Not found' },
  405: { es: 'Método no permitido', en: 'Method not allowed' },
  408: { es: 'Solicitud demasiado lenta', en: 'Request timeout' },
  409: { es: 'En conflicto', en: 'Conflict' },
  413: { es: 'Solicitud demasiado grande', en: 'Body too large' },
  414: { es: 'Dirección demasiado larga', en: 'Address too long' },
  415: { es: 'Tipo de contenido no aceptado', en: 'Unsupported media type' },
  422: { es: 'No se puede procesar', en: 'Not processable' },
  429: { es: 'Demasiadas solicitudes', en: 'Too many requests' },
  500: { es: 'Error interno', en: 'Internal error' },
  502: { es: 'Otro sistema respondió mal', en: 'Bad gateway' },
  503: { es: 'No disponible', en: 'Not available' },
};

/** Spanish, unless whoever asks prefers English. */
export function languageOf(request: FastifyRequest): Language {
  const [first = ''] = (request.headers['accept-language'] ?? '').split(',');
  return /^\s*en\b/i.test(first) ? 'en' : 'es';
}

/** Sends it. The type is about:blank: the status says what kind it is, the title repeats it for people, the code for programs. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, code, detail, more = {}, retryAfter } = problem;
  const language = languageOf(request);
  const title = (TITLES[status] ?? TITLES[400]!)[language];
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-language', language)
    .send(JSON.stringify({ type: 'about:blank', title, status, detail: detail[language], code, request_id: request.id, ...more }));
}

/** What an error thrown while answering is to the outside. What is ours to mend says so and nothing more: its text may hold anything. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const { statusCode, code } = error as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode > 499 || !code?.startsWith('FST_'))
    return {
      status: 500,
      code: 'internal_error',
      detail: {
        es: 'No se pudo responder la solicitud; el registro del servidor dice por qué.',
        en: 'The request could not be answered; the log of the server says why.',
      },
    };
  return {
    status: statusCode,
    code: 'not_accepted',
    detail: {
      es: 'El servidor no acepta esta solicitud tal como fue enviada.',
      en: 'The server does not accept this request as it was sent.',
    },
  };
}

/** For `setNotFoundHandler`. The address is not repeated: it may hold a key. */
export function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = { es: 'No hay nada en esta dirección.', en: 'There is nothing at this address.' };
  return sendProblem(request, reply, { status: 404, code: 'not_found', detail });
}
