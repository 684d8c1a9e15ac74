import { SourceError, type ErrorCode, type ReadContext } from '#contract';
import OdooAwait from 'odoo-await';
import { faultError } from '../faults.ts';
import type { OdooSettings } from '../settings.ts';
import { credentials, loginRefused } from './credentials.ts';
import { CALL_DEADLINE_MS, callName, type Transport } from './transport.ts';

/**
 * XML-RPC by odoo-await, only when the settings ask for it. The one path that does not go through `context.http`: no retry, no
 * budget, no redaction there. The library has no deadline of its own and hangs for ever on a silent server (measured), so each
 * call gets one here; the abandoned socket ends with the server's answer.
 */
export function xmlRpc(context: ReadContext<OdooSettings>): Transport {
  const { settings, signal } = context;
  const { db, username, secret } = credentials(settings, 'xmlrpc');
  const client = new OdooAwait({ baseUrl: settings.base_url, db, username, password: secret });
  let known: number | null = null;

  async function uid(): Promise<number> {
    if (known !== null) return known;
    const said = await guarded('odoo login', signal, client.connect() as Promise<unknown>);
    if (typeof said !== 'number') throw loginRefused('xmlrpc');
    known = said;
    return said;
  }

  return {
    name: 'xmlrpc',
    uid,
    async call(what) {
      await uid();
      // The library prepends five arguments to the array it is given, so it must be a fresh one.
      const params = [what.ids === undefined ? [] : [[...what.ids]], withoutNull(what.args)];
      return guarded(callName(what), signal, client.execute_kw(what.model, what.method, params) as Promise<unknown>);
    },
  };
}

/** XML-RPC has no null; where this connector sends one (`load: null`), Odoo takes an empty text the same way. */
function withoutNull(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, value ?? '']));
}

async function guarded(what: string, signal: AbortSignal, call: Promise<unknown>): Promise<unknown> {
  signal.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const stop = () => ended.reject(signal.reason);
  const timer = setTimeout(() => ended.reject(failure(what, 'timeout', `no answer within ${CALL_DEADLINE_MS / 1000} s`)), CALL_DEADLINE_MS);
  signal.addEventListener('abort', stop, { once: true });
  // Whoever loses the race is awaited by nobody any more.
  call.catch(() => undefined);
  try {
    return await Promise.race([call, ended.promise]);
  } catch (error) {
    if (error instanceof SourceError || signal.aborted) throw error;
    throw meaning(error, what);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The library rejects with a text on bad credentials, and with an `Error` whose message is a whole server traceback otherwise. */
function meaning(error: unknown, what: string): SourceError {
  if (typeof error === 'string') return loginRefused('xmlrpc');
  const text = error instanceof Error ? error.message : '';
  const name =
    /(?:^|\n)((?:odoo\.exceptions|builtins|psycopg2|werkzeug\.exceptions)\.)?(\w*(?:Error|AccessDenied|NotFound|Warning)): ?(.*)\s*$/.exec(
      text.trimEnd(),
    );
  const told = name === null ? null : faultError({ name: `${name[1] ?? ''}${name[2] ?? ''}`, message: name[3] ?? '' }, what);
  if (told !== null) return told;
  if (/Access ?Denied/.test(text)) return loginRefused('xmlrpc');
  return failure(what, 'server_error', 'the XML-RPC call failed');
}

function failure(what: string, code: ErrorCode, happened: string): SourceError {
  return new SourceError({
    kind: 'transient',
    code,
    message: `${what}: ${happened}`,
    advice: 'Nothing to do if it passes; else check base_url, or use transport auto, which says more about failures.',
  });
}
