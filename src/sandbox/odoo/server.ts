import { startServer, type SandboxAnswer, type SandboxRequest, type SandboxServer, type ServerOptions } from '../http-server.ts';
import type { OdooDatabase } from '../world/odoo-model.ts';
import type { OdooLimits } from './environment.ts';
import { versionInfo } from './execute-kw.ts';
import { answerJson2, notFoundPage } from './json2.ts';
import { answerJsonRpc } from './json-rpc.ts';
import { answerXmlRpc } from './xml-rpc.ts';

export interface OdooOptions extends ServerOptions {
  /** Databases of one server; they share its version, that of the first. Read live: what the world changes shows at once. */
  readonly databases: readonly OdooDatabase[];
  readonly limits?: OdooLimits;
}

/** Serves Odoo databases over JSON-2 (from 19 on), JSON-RPC and XML-RPC, with the quirks a client meets on the real one. */
export async function startOdoo(options: OdooOptions): Promise<SandboxServer> {
  const { databases, limits = {} } = options;
  const throttle = throttleOf(options.clock, limits.requestsPerSecond ?? Infinity);
  return startServer(options, (request) => throttle() ?? route(request, databases, limits));
}

function route(request: SandboxRequest, databases: readonly OdooDatabase[], limits: OdooLimits): SandboxAnswer {
  const path = request.url.pathname;
  const modern = databases[0]?.version !== '16.0';
  if (path === '/web/webclient/version_info' && request.method === 'POST') {
    return { status: 200, body: { jsonrpc: '2.0', id: null, result: versionInfo(databases) } };
  }
  if ((path === '/json/version' || path === '/web/version') && modern) {
    const { server_version: version, server_version_info: info } = versionInfo(databases);
    return { status: 200, body: { version_info: info, version } };
  }
  if (request.method !== 'POST') return notFoundPage();
  if (path.startsWith('/json/2/') && modern) return answerJson2(request, databases, limits);
  if (path === '/jsonrpc') return answerJsonRpc(request, databases, limits);
  if (path === '/xmlrpc/2/common' || path === '/xmlrpc/2/object') return answerXmlRpc(request, databases, limits);
  return notFoundPage();
}

/** The host's own limit, counted per second of the world's clock. */
function throttleOf(clock: () => Date, perSecond: number): () => SandboxAnswer | null {
  let second = -1;
  let count = 0;
  return () => {
    const now = Math.floor(clock().getTime() / 1000);
    if (now !== second) [second, count] = [now, 0];
    count += 1;
    return count <= perSecond ? null : { status: 429, headers: { 'retry-after': '1' }, body: 'Too Many Requests' };
  };
}
