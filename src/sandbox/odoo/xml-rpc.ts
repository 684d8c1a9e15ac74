import type { SandboxAnswer, SandboxRequest } from '../http-server.ts';
import type { OdooDatabase } from '../world/odoo-model.ts';
import type { OdooLimits } from './environment.ts';
import { dispatch } from './execute-kw.ts';
import { OdooFault } from './odoo-fault.ts';
import { answerOf, faultOf, parseCall } from './xml-values.ts';

/** `POST /xmlrpc/2/common` and `/xmlrpc/2/object`: status 200 always, a fault carries the server's whole traceback. */
export function answerXmlRpc(request: SandboxRequest, databases: readonly OdooDatabase[], limits: OdooLimits): SandboxAnswer {
  const service = request.url.pathname.split('/').at(-1) ?? '';
  const xml = (body: string): SandboxAnswer => ({ status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body });
  try {
    const call = parseCall(request.body);
    return xml(answerOf(dispatch(service, call.method, call.params, databases, limits)));
  } catch (error) {
    if (error instanceof OdooFault) return xml(faultOf(error.traceback()));
    if (error instanceof SyntaxError || error instanceof TypeError) return xml(faultOf(`${error.name}: ${error.message}`));
    throw error;
  }
}
