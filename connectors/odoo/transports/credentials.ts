import { SourceError } from '#contract';
import type { OdooSettings } from '../settings.ts';

export interface Credentials {
  readonly db: string;
  readonly username: string;
  /** An API key stands in the place of the password (since Odoo 14); the only one accepted with two-factor login. */
  readonly secret: string;
}

/** What the older transports log in with. @throws SourceError (config) naming what is missing */
export function credentials(settings: OdooSettings, transport: 'jsonrpc' | 'xmlrpc'): Credentials {
  const { db, username } = settings;
  const secret = settings.api_key ?? settings.password;
  const missing = [db === undefined ? 'db' : null, username === undefined ? 'username' : null].filter((name) => name !== null);
  if (db !== undefined && username !== undefined && secret !== undefined) return { db, username, secret };
  throw new SourceError({
    kind: 'config',
    code: 'settings_incomplete',
    message: `odoo: transport ${transport} needs ${missing.join(' and ')}`,
    advice: `Store ${missing.join(' and ')}, or use an API key on Odoo 19 or newer: kpi connect odoo`,
  });
}

/** The login that Odoo answers with `false`, without an error. */
export function loginRefused(transport: string): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'unauthorized',
    message: `odoo ${transport} login: the user or its key was refused`,
    advice: 'Create a new API key for the integration user in Odoo (Preferences > Account Security) and store it: kpi connect odoo',
  });
}
