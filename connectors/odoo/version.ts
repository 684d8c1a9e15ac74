import { SourceError, type HttpAnswer, type ReadContext } from '#contract';
import { z } from 'zod';
import { jsonOf } from './json-of.ts';
import type { OdooSettings } from './settings.ts';

export interface ServerFacts {
  /** `19.0`, `16.0`, `saas~18.2`. */
  readonly version: string;
  readonly major: number;
  /** The server's clock at the probe (`Date` header, whole seconds), UTC. Windows end by it. */
  readonly date: string;
}

const versionAnswer = z.object({
  result: z.object({ server_version: z.string(), server_version_info: z.array(z.unknown()).optional() }),
});

/**
 * Asks an Odoo of any version who it is, without credentials (`/web/webclient/version_info`; seen on 16.0 and 19.0). Its `Date`
 * header is the clock that windows end by, whichever transport reads them.
 * @throws SourceError
 */
export async function probe(context: ReadContext<OdooSettings>): Promise<ServerFacts> {
  const { http, settings, signal } = context;
  signal.throwIfAborted();
  const answer = await http(`${settings.base_url}/web/webclient/version_info`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    classify: (got) => (got.status === 404 ? notOdoo(404) : null),
  });
  const said = versionAnswer.safeParse(jsonOf(answer, 'odoo version_info'));
  const version = said.success ? said.data.result.server_version : null;
  // The first number: `19.0+e` → 19, `saas~18.2` → 18.
  const major = Number(/\d+/.exec(version ?? '')?.[0]);
  if (version === null || !Number.isInteger(major)) throw notOdoo(answer.status);
  return { version, major, date: dateOf(answer) };
}

function dateOf(answer: HttpAnswer): string {
  const time = Date.parse(answer.headers['date'] ?? '');
  if (!Number.isNaN(time)) return `${new Date(time).toISOString().slice(0, 19)}Z`;
  throw new SourceError({
    kind: 'config',
    code: 'no_server_clock',
    message: 'odoo version_info: the answer carries no Date header, so the end of what may be read is unknown',
    advice: 'Let the proxy in front of Odoo pass or set the Date header.',
  });
}

function notOdoo(status: number): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'not_odoo',
    message: `odoo version_info: there is no Odoo at this address (status ${status})`,
    advice: 'Correct base_url, the address of the Odoo server without /web: kpi connect odoo',
    status,
  });
}
