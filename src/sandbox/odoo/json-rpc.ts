import type { SandboxAnswer, SandboxRequest } from '../http-server.ts';
import type { OdooDatabase } from '../world/odoo-model.ts';
import type { OdooLimits } from './environment.ts';
import { dispatch } from './execute-kw.ts';
import { OdooFault, typeError } from './odoo-fault.ts';

interface RpcCall {
  readonly id?: unknown;
  readonly params?: { readonly service?: string; readonly method?: string; readonly args?: readonly unknown[] };
}

/** `POST /jsonrpc`: status 200 whatever happens; a fault is an `error` member (code 0 on 19, 200 on 16). */
export function answerJsonRpc(request: SandboxRequest, databases: readonly OdooDatabase[], limits: OdooLimits): SandboxAnswer {
  let id: unknown = null;
  try {
    const call = parse(request.body);
    id = call.id ?? null;
    const { service = '', method = '', args = [] } = call.params ?? {};
    return { status: 200, body: { jsonrpc: '2.0', id, result: dispatch(service, method, args, databases, limits) } };
  } catch (error) {
    if (!(error instanceof OdooFault)) throw error;
    const code = databases[0]?.version === '16.0' ? 200 : 0;
    return { status: 200, body: { jsonrpc: '2.0', id, error: { code, message: 'Odoo Server Error', data: error.describe() } } };
  }
}

function parse(body: string): RpcCall {
  try {
    return JSON.parse(body) as RpcCall;
  } catch {
    throw typeError('Invalid JSON data');
  }
}
