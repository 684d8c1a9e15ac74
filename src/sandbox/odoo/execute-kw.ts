import type { OdooDatabase, OdooUser } from '../world/odoo-model.ts';
import { Environment, type OdooLimits } from './environment.ts';
import { callMethod, METHODS } from './methods.ts';
import { OdooFault, typeError } from './odoo-fault.ts';

/** The services that JSON-RPC and XML-RPC share: `common` (version, authenticate) and `object` (execute_kw). */
export function dispatch(
  service: string,
  method: string,
  args: readonly unknown[],
  databases: readonly OdooDatabase[],
  limits: OdooLimits,
): unknown {
  if (service === 'common' && method === 'version') return versionInfo(databases);
  const [name, ...rest] = args;
  if (service === 'common' && (method === 'authenticate' || method === 'login')) {
    const [login, secret] = rest;
    return databaseOf(databases, name).users.find((user) => user.login === login && user.apiKey === secret)?.id ?? false;
  }
  if (service !== 'object' || method !== 'execute_kw') throw typeError(`Method not found: ${service}.${method}`);
  const [uid, secret, modelName, methodName, positional, named] = rest;
  const db = databaseOf(databases, name);
  const user = db.users.find((candidate) => candidate.id === uid && candidate.apiKey === secret);
  if (user === undefined) throw new OdooFault('odoo.exceptions.AccessDenied', 'Access Denied', 403);
  return executeKw(
    db,
    user,
    String(modelName),
    String(methodName),
    (positional ?? []) as unknown[],
    (named ?? {}) as Record<string, unknown>,
    limits,
  );
}

/** What every way of asking for the version answers. */
export function versionInfo(databases: readonly OdooDatabase[]): Record<string, unknown> {
  const version = databases[0]?.version ?? '19.0';
  const major = Number.parseInt(version, 10);
  return { server_version: version, server_version_info: [major, 0, 0, 'final', 0, ''], server_serie: version, protocol_version: 1 };
}

function databaseOf(databases: readonly OdooDatabase[], name: unknown): OdooDatabase {
  const db = databases.find((candidate) => candidate.name === name);
  if (db !== undefined) return db;
  throw new OdooFault(
    'psycopg2.OperationalError',
    `connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "${String(name)}" does not exist\n`,
    500,
  );
}

function executeKw(
  db: OdooDatabase,
  user: OdooUser,
  modelName: string,
  methodName: string,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
  limits: OdooLimits,
): unknown {
  const { context, ...kwargs } = named;
  const env = new Environment(db, user, (context ?? {}) as Record<string, unknown>, limits);
  const model = env.model(modelName, (name) => new OdooFault('odoo.exceptions.UserError', `Object ${name} doesn't exist`, 422));
  const method = METHODS[methodName];
  const [ids, rest] = method?.ofRecords === true ? [positional[0], positional.slice(1)] : [[], positional];
  if (method?.ofRecords === true && positional.length === 0)
    throw typeError(`${methodName}() missing 1 required positional argument: 'ids'`);
  const byName = Object.fromEntries(rest.map((value, index) => [method?.params[index] ?? `argument${index}`, value]));
  return callMethod(env, model, methodName, { ...byName, ...kwargs }, (Array.isArray(ids) ? ids : [ids]).map(Number));
}
