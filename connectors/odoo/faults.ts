import { SourceError, type ErrorCode, type HttpAnswer } from '#contract';
import { z } from 'zod';

/** An error as Odoo describes it: whole body of a JSON-2 answer, `error.data` of a JSON-RPC one. `debug` is a traceback with paths and hosts: never read. */
const odooFault = z.object({ name: z.string(), message: z.unknown().optional() });
export type OdooFault = z.output<typeof odooFault>;

const reconnect = 'Create a new API key for the integration user in Odoo (Preferences > Account Security) and store it: kpi connect odoo';
const rights = 'Give the integration user the rights named in the README of the connector, then run: kpi check';

interface Meaning {
  readonly kind: 'config' | 'transient' | 'bug';
  readonly code: ErrorCode;
  readonly happened: string;
  readonly advice: string;
}

/**
 * What a failure means by the name of its Python class; null when the name says nothing and the status must decide. Odoo answers
 * 500 also for our own mistakes (unknown field, datetime with zone; measured on 19.0), so a status alone is no reason to repeat.
 * Odoo's message is used only where a fixed part of it matches: others name records and users.
 */
export function meaningOf(fault: OdooFault): Meaning | null {
  const message = typeof fault.message === 'string' ? fault.message : '';
  const missingModel = /^(?:the model '([\w.]+)' does not exist|Object ([\w.]+) doesn't exist)/i.exec(message);
  if (missingModel !== null) {
    const model = missingModel[1] ?? missingModel[2] ?? 'asked for';
    return {
      kind: 'config',
      code: 'model_missing',
      happened: `there is no model ${model}`,
      advice: `Install the Odoo app that brings ${model}, or leave this stream out.`,
    };
  }
  if (/database "?[^"]*"? does not exist/i.test(message)) return wrongDatabase;
  const name = fault.name.replace(/^.*\./, '');
  switch (name) {
    case 'Unauthorized':
    case 'AccessDenied':
      return {
        kind: 'config',
        code: 'unauthorized',
        happened: 'the key or password was refused (expired, revoked, or the user is archived)',
        advice: reconnect,
      };
    case 'AccessError':
    case 'Forbidden':
      return /unauthorized or invalid compan/i.test(message)
        ? foreignCompany
        : { kind: 'config', code: 'forbidden', happened: 'the user has no right to read this', advice: rights };
    case 'NotFound':
      return {
        kind: 'config',
        code: 'not_found',
        happened: 'Odoo does not know this model or method',
        advice: 'Run kpi check: it names the version and what is missing.',
      };
    case 'ValueError':
    case 'TypeError':
    case 'KeyError':
    case 'AttributeError':
    case 'UnprocessableEntity':
    case 'BadRequest':
      return {
        kind: 'bug',
        code: 'bad_request',
        happened: `Odoo could not read the request (${technical(message) ?? name})`,
        advice: 'Run kpi check; if it finds nothing, report this with the version of Odoo in use.',
      };
    case 'UserError':
    case 'ValidationError':
    case 'RedirectWarning':
      return { kind: 'config', code: 'refused', happened: `Odoo refused the request (${name})`, advice: rights };
    case 'MissingError':
      return {
        kind: 'transient',
        code: 'record_vanished',
        happened: 'a record was deleted while it was read',
        advice: 'Nothing to do: the next run reads on.',
      };
    default:
      return /^psycopg2?\./.test(fault.name)
        ? {
            kind: 'transient',
            code: 'database_busy',
            happened: 'the database behind Odoo failed or was busy',
            advice: 'Nothing to do if it passes; else look at the log of the Odoo server.',
          }
        : null;
  }
}

const wrongDatabase: Meaning = {
  kind: 'config',
  code: 'wrong_database',
  happened: 'there is no such database on this server',
  advice: 'Correct db (the name shown at /web/database/selector, or ask the administrator): kpi connect odoo',
};

const foreignCompany: Meaning = {
  kind: 'config',
  code: 'company_forbidden',
  happened: 'the user may not read the company that company_id names',
  advice: 'Add that company to the allowed companies of the integration user, or correct company_id: kpi connect odoo',
};

/** The part of a Python error that names only code: a field of a model, an argument, a date format. */
function technical(message: string): string | null {
  const parts = /Invalid field '?([\w.]+)'?(?: on '([\w.]+)')?|unexpected keyword argument '(\w+)'|(no timezone)/.exec(message);
  if (parts === null) return null;
  if (parts[1] !== undefined) return `unknown field ${parts[2] === undefined ? '' : `${parts[2]}.`}${parts[1]}`;
  return parts[3] === undefined ? 'a datetime with a time zone' : `unknown argument ${parts[3]}`;
}

/** An Odoo failure as our error. `what` names the model and method that were called. */
export function faultError(fault: OdooFault, what: string, status?: number): SourceError | null {
  const meaning = meaningOf(fault);
  if (meaning === null) return null;
  return new SourceError({
    kind: meaning.kind,
    code: meaning.code,
    message: `${what}: ${meaning.happened}`,
    advice: meaning.advice,
    ...(status === undefined ? {} : { status }),
  });
}

/** Reads a failed JSON-2 answer (a real status with the fault as its body). Null leaves it to the common table. */
export function json2Fault(answer: HttpAnswer, what: string): SourceError | null {
  if (answer.status < 400) return null;
  const said = odooFault.safeParse(parsed(answer.body));
  const told = said.success ? faultError(said.data, what, answer.status) : null;
  if (told !== null) return told;
  if (answer.status === 401) return faultError({ name: 'Unauthorized' }, what, 401);
  if (answer.status === 403 && said.success) return faultError({ name: 'Forbidden' }, what, 403);
  // A wrong X-Odoo-Database, or several databases and none named, is answered by a web page (measured on 19.0).
  if (answer.status === 404 && !said.success) {
    return new SourceError({ ...wrongDatabase, message: `${what}: no database is selected by this address and db`, status: 404 });
  }
  return null;
}

const rpcError = z.object({ error: z.object({ message: z.unknown().optional(), data: odooFault.optional() }) });

/** Reads the fault of a JSON-RPC answer, which comes with status 200. Null when it is none. */
export function jsonRpcFault(answer: HttpAnswer, what: string): SourceError | null {
  // The error stands before any nested value; a page of records is not parsed twice for this.
  if (answer.status !== 200 || !/^[^[]{0,200}"error"\s*:/.test(answer.body)) return answer.status === 404 ? noJsonRpc(what) : null;
  const said = rpcError.safeParse(parsed(answer.body));
  if (!said.success) return null;
  const told = faultError(said.data.error.data ?? { name: '' }, what);
  return (
    told ??
    new SourceError({
      kind: 'transient',
      code: 'server_error',
      message: `${what}: Odoo failed on its side`,
      advice: 'Nothing to do if it passes; else look at the log of the Odoo server.',
    })
  );
}

function noJsonRpc(what: string): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'not_found',
    message: `${what}: there is no Odoo at this address (404)`,
    advice: 'Correct base_url: the address of the Odoo server, without /web.',
    status: 404,
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}
