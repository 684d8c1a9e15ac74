import type { SandboxAnswer, SandboxRequest } from '../http-server.ts';
import type { OdooDatabase } from '../world/odoo-model.ts';
import { Environment, type OdooLimits } from './environment.ts';
import { callMethod, methodOf } from './methods.ts';
import { OdooFault } from './odoo-fault.ts';

const NO_DATABASE = [
  '<!DOCTYPE html>',
  '<title>404 Not Found</title>',
  '<h1>Not Found</h1>',
  '<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>',
  '<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>',
].join('\n');

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

const html = (status: number, body: string): SandboxAnswer => ({ status, headers: { 'content-type': 'text/html; charset=utf-8' }, body });

/** A page as Odoo's web server sends it where no controller answers. */
export const notFoundPage = (): SandboxAnswer => html(404, NO_DATABASE);

/** `POST /json/2/<model>/<method>`, from Odoo 19 on. */
export function answerJson2(request: SandboxRequest, databases: readonly OdooDatabase[], limits: OdooLimits): SandboxAnswer {
  const named = request.headers['x-odoo-database'];
  const db = named === undefined ? (databases.length === 1 ? databases[0] : undefined) : databases.find(({ name }) => name === named);
  if (db === undefined || db.version === '16.0') return notFoundPage();
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return html(415, '<!DOCTYPE html>\n<title>415 Unsupported Media Type</title>\n<h1>Unsupported Media Type</h1>');
  }
  try {
    // Written here: a result that is a text is a JSON text too.
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(run(request, db, limits)) };
  } catch (error) {
    if (error instanceof OdooFault) return { status: error.status, body: error.describe() };
    throw error;
  }
}

function run(request: SandboxRequest, db: OdooDatabase, limits: OdooLimits): unknown {
  const key = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const user = db.users.find(({ apiKey }) => apiKey === key);
  if (user === undefined) throw new OdooFault('werkzeug.exceptions.Unauthorized', 'Invalid apikey', 401);
  const [, , , modelName = '', methodName = ''] = request.url.pathname.split('/');
  const { ids, context, ...args } = bodyOf(request.body);
  const env = new Environment(db, user, (context ?? {}) as Record<string, unknown>, limits);
  const model = env.model(modelName, (name) => new OdooFault('werkzeug.exceptions.NotFound', `the model '${name}' does not exist`, 404));
  const method = methodOf(env, model, methodName);
  if (ids !== undefined && method.ofRecords !== true) {
    throw new OdooFault('werkzeug.exceptions.UnprocessableEntity', `cannot call ${modelName}.${methodName} with ids`, 422);
  }
  return callMethod(env, model, methodName, args, (ids ?? []) as number[]);
}

function bodyOf(text: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  } catch {
    // Answered below.
  }
  throw new OdooFault('werkzeug.exceptions.BadRequest', 'could not parse the body as json', 400);
}
