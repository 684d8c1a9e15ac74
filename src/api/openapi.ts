import { z } from 'zod';
import type { Route } from './route.ts';

/** What every error looks like (RFC 9457). */
const PROBLEM = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('Qué pasa con esta solicitud, en español o, según Accept-Language, en inglés.'),
    code: z
      .string()
      .regex(/^[a-z_]+$/)
      .describe('Tipo de problema, en una palabra que no cambia.'),
    request_id: z.string().describe('Número de la solicitud en el registro del servidor.'),
    errors: z
      .array(z.object({ where: z.string(), message: z.string() }))
      .optional()
      .describe('Dónde la solicitud no tiene la forma esperada.'),
    sqlstate: z.string().optional().describe('Código de error de PostgreSQL.'),
    position: z.int().min(1).optional().describe('Carácter de la consulta, desde 1, donde está la falla.'),
  })
  .describe('RFC 9457.');

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'La solicitud no tiene la forma esperada.',
  401: 'Falta una credencial válida.',
  403: 'La credencial no permite esta operación.',
  404: 'No existe, o es de otra empresa.',
  409: 'El estado actual no lo permite.',
  413: 'El cuerpo de la solicitud es demasiado grande.',
  415: 'El cuerpo no es JSON.',
  422: 'La solicitud está bien formada y no se puede cumplir.',
  429: 'Demasiadas solicitudes; Retry-After dice cuántos segundos esperar.',
  500: 'Falla del servidor.',
  502: 'Otro sistema respondió mal.',
  503: 'Por ahora no disponible.',
};
/** What any resource may answer with. */
const EVERYWHERE = [400, 401, 403, 404, 413, 415, 429, 500, 503];

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', reused: 'inline' }) as Record<string, unknown>;
  return rest;
};

/** The description of the HTTP interface (OpenAPI 3.1), from the schemas that check it. */
export function openapi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  const status = (description: string, word: string) => ({
    get: {
      operationId: word,
      summary: description,
      security: [],
      responses: {
        200: {
          description,
          content: json({ type: 'object', properties: { status: { const: word === 'ready' ? 'ready' : 'ok' } }, required: ['status'] }),
        },
        ...(word === 'ready' ? { 503: problem(503) } : {}),
      },
    },
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'KPI de PYMEs',
      version,
      description:
        'Indicadores de cada empresa, tableros incrustados y consultas SQL con los derechos de la empresa. Una empresa ajena y una que no existe se responden igual.',
    },
    paths: { ...paths, '/health': status('El proceso vive.', 'health'), '/ready': status('La base de datos está y al día.', 'ready') },
    components: {
      schemas: { Problem: schemaOf(PROBLEM, 'output') },
      securitySchemes: {
        clerk: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Sesión de Clerk (RS256).' },
        service: { type: 'http', scheme: 'bearer', description: 'Token de servicio: kpi token create.' },
      },
    },
    security: [{ clerk: [] }, { service: [] }],
  };
}

function operation(route: Route): Record<string, unknown> {
  const { id, summary, scope, success } = route;
  const parameters = [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')];
  const statuses = [...new Set([...EVERYWHERE, ...route.problems])].toSorted((a, b) => a - b);
  return {
    operationId: id,
    summary,
    description: `Alcance necesario: ${scope}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === null ? {} : { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } }),
    responses: {
      [success.status]: { description: success.description, content: contentOf(success) },
      ...Object.fromEntries(statuses.map((status) => [status, problem(status)])),
    },
  };
}

function parametersOf(schema: z.ZodObject, where: 'path' | 'query'): Record<string, unknown>[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Record<string, unknown>>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function contentOf({ schema, files }: Route['success']): Record<string, unknown> {
  const described = schemaOf(schema, 'output');
  return files === undefined ? json(described) : Object.fromEntries(files.map((mediaType) => [mediaType, { schema: described }]));
}

const json = (schema: Record<string, unknown>) => ({ 'application/json': { schema } });

function problem(status: number): Record<string, unknown> {
  return {
    description: PROBLEMS[status] ?? 'Problema.',
    ...(status === 429 ? { headers: { 'Retry-After': { schema: { type: 'integer', minimum: 1 } } } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
