import { SourceError, type ReadContext } from '#contract';
import { z } from 'zod';
import { json2Fault } from '../faults.ts';
import { jsonOf } from '../json-of.ts';
import type { OdooSettings } from '../settings.ts';
import { CALL_DEADLINE_MS, callName, type Call, type Transport } from './transport.ts';

const userContext = z.object({ uid: z.int().positive() });

/** JSON-2, from Odoo 19 on: bearer key, arguments by name, real HTTP statuses. A password is not accepted (401, measured). */
export function json2(context: ReadContext<OdooSettings>): Transport {
  const { settings, http, signal } = context;
  const key = settings.api_key;
  if (key === undefined) {
    throw new SourceError({
      kind: 'config',
      code: 'key_missing',
      message: 'odoo: transport json2 needs an API key, a password is refused there',
      advice: 'Store an api_key, or choose transport jsonrpc: kpi connect odoo',
    });
  }

  async function call(what: Call): Promise<unknown> {
    signal.throwIfAborted();
    const name = callName(what);
    const answer = await http(`${settings.base_url}/json/2/${what.model}/${what.method}`, {
      method: 'POST',
      headers: {
        authorization: `bearer ${key}`,
        'content-type': 'application/json',
        ...(settings.db === undefined ? {} : { 'x-odoo-database': settings.db }),
      },
      body: JSON.stringify({ ...what.args, ...(what.ids === undefined ? {} : { ids: what.ids }) }),
      timeoutMs: CALL_DEADLINE_MS,
      classify: (got) => json2Fault(got, name),
    });
    return jsonOf(answer, name);
  }

  return {
    name: 'json2',
    call,
    async uid() {
      const said = await call({ model: 'res.users', method: 'context_get', args: {} });
      const parsed = userContext.safeParse(said);
      if (parsed.success) return parsed.data.uid;
      throw new SourceError({
        kind: 'config',
        code: 'unexpected_answer',
        message: 'odoo res.users/context_get: the answer names no user',
        advice: 'Check that base_url is the address of an Odoo server.',
      });
    },
  };
}
