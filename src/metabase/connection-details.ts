import { rolePassword, roleUrl } from '../store/role-urls.ts';
import type { DatabaseRequest } from './wire.ts';

export interface Reach {
  /** The warehouse as Metabase reaches it; user and password of it are not used. */
  readonly url: string;
  readonly roleSecret: string;
}

type Details = DatabaseRequest['details'];

/**
 * How Metabase connects as a role. `stringtype=unspecified` lets a text variable meet a uuid column. Behind a transaction pooler
 * (port 6543, or `?pgbouncer=true`) prepared statements are off, as they belong to one server session. What the address says of TLS
 * holds; an address that says nothing gets it, unless it is on this machine or in this network.
 */
export function connectionDetails(reach: Reach, role: string, applicationName: string, generation = 1): Details {
  const url = new URL(roleUrl(reach.url, role, reach.roleSecret));
  const pooled = url.port === '6543' || url.searchParams.get('pgbouncer') === 'true';
  const mode = url.searchParams.get('sslmode') ?? (isNear(url.hostname) ? 'disable' : 'require');
  const options = ['stringtype=unspecified', ...(pooled ? ['prepareThreshold=0'] : []), `ApplicationName=${applicationName}`];
  return {
    host: url.hostname,
    port: Number(url.port || '5432'),
    dbname: decodeURIComponent(url.pathname.slice(1)),
    user: decodeURIComponent(url.username),
    password: rolePassword(reach.roleSecret, role, generation),
    ssl: mode !== 'disable',
    ...(mode === 'disable' ? {} : { 'ssl-mode': mode }),
    'additional-options': options.join('&'),
    'schema-filters-type': 'inclusion',
    'schema-filters-patterns': 'public,kpi',
    'json-unfolding': false,
    'advanced-options': true,
    'tunnel-enabled': false,
  };
}

/** This machine, or a name without dots: a container beside it. */
function isNear(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.') || host === '[::1]' || !host.includes('.');
}
