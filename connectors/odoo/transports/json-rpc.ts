import { SourceError, type ReadContext } from '#contract';
import { z } from 'zod';
import { jsonRpcFault } from '../faults.ts';
import { jsonOf } from '../json-of.ts';
import type { OdooSettings } from '../settings.ts';
import { credentials, loginRefused } from './credentials.ts';
import { CALL_DEADLINE_MS, callName, type Transport } from './transport.ts';

const rpcAnswer = z.object({ result: z.unknown() });

/** JSON-RPC, Odoo 8 to 21: database, user id and key with every call; faults come with status 200. */
export function jsonRpc(context: ReadContext<OdooSettings>): Transport {
  const { settings, http, signal } = context;
  const { db, username, secret } = credentials(settings, 'jsonrpc');
  let known: number | null = null;

  async function send(service: string, method: string, args: readonly unknown[], what: string): Promise<unknown> {
    signal.throwIfAborted();
    const answer = await http(`${settings.base_url}/jsonrpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } }),
      timeoutMs: CALL_DEADLINE_MS,
      classify: (got) => jsonRpcFault(got, what),
    });
    const said = rpcAnswer.safeParse(jsonOf(answer, what));
    if (said.success) return said.data.result;
    throw new SourceError({
      kind: 'config',
      code: 'unexpected_answer',
      message: `${what}: answered JSON that is no JSON-RPC result`,
      advice: 'Check that base_url is the address of an Odoo server.',
      status: answer.status,
    });
  }

  async function uid(): Promise<number> {
    if (known !== null) return known;
    const said = await send('common', 'authenticate', [db, username, secret, {}], 'odoo login');
    if (typeof said !== 'number') throw loginRefused('jsonrpc');
    known = said;
    return said;
  }

  return {
    name: 'jsonrpc',
    uid,
    async call(what) {
      const positional = what.ids === undefined ? [] : [what.ids];
      return send('object', 'execute_kw', [db, await uid(), secret, what.model, what.method, positional, what.args], callName(what));
    },
  };
}
