import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import type { Answer } from './gateway-rig.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: unknown[];
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>>;
}
/** `/openapi.json`, as far as the tests look at it. */
export interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const ajv = new Ajv2020({ strict: false, formats: { uuid: true, date: true, 'date-time': true, uri: true } });

/** Whether an answer is what the description says that operation answers with that status. */
export function expectDescribed(description: Description, id: string, answer: Answer): void {
  const operation = Object.values(description.paths)
    .flatMap((item) => Object.values(item))
    .find(({ operationId }) => operationId === id);
  const response = operation?.responses[String(answer.status)];
  expect(response, `${id} does not describe ${answer.status}`).toBeDefined();
  const kind = answer.headers.get('content-type')!.split(';')[0]!;
  const schema = response!.content[kind]?.schema;
  expect(schema, `${id} ${answer.status} does not describe ${kind}`).toBeDefined();
  const check = ajv.compile({ ...schema, components: description.components });
  // A file is described as the text it is.
  expect(check(kind.endsWith('json') ? answer.body : answer.text), `${id} ${answer.status}: ${JSON.stringify(check.errors)}`).toBe(true);
}
