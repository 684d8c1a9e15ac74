import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedDashboard, MetabasePort } from '../../src/api/metabase-port.ts';
import { createServer } from '../../src/api/server.ts';
import { allConnectors } from '../../src/app.ts';
import { Database } from '../../src/store/database.ts';
import type { OpenSource } from '../../src/sync/backfill-slices.ts';
import { ReaderSessions } from '../../src/store/reader-sessions.ts';
import { createServiceToken, type Scope } from '../../src/store/service-tokens.ts';
import { TwoTenants } from '../isolation/two-tenants.ts';
import { ClerkKeys, PORTAL } from './clerk-keys.ts';

export interface GatewayRigOptions {
  readonly queryMs?: number;
  readonly maxConnections?: number;
  readonly perTenant?: number;
  readonly requestsPerMinute?: number;
  readonly queriesPerMinute?: number;
  readonly metabase?: MetabasePort | null;
  readonly clerk?: boolean;
  readonly openSource?: OpenSource;
  readonly exportsFolder?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** The gateway over HTTP on loopback, before two companies with a row in every table. */
export class GatewayRig {
  readonly two: TwoTenants;
  readonly db: Database;
  readonly keys: ClerkKeys;
  readonly readers: ReaderSessions;
  readonly server: ReturnType<typeof createServer>;
  /** Everything that was logged. */
  readonly lines: unknown[];
  url = '';

  private constructor(parts: Pick<GatewayRig, 'two' | 'db' | 'keys' | 'readers' | 'server' | 'lines'>) {
    ({ two: this.two, db: this.db, keys: this.keys, readers: this.readers, server: this.server, lines: this.lines } = parts);
  }

  static async open(options: GatewayRigOptions = {}): Promise<GatewayRig> {
    const two = await TwoTenants.open();
    const db = new Database({ url: two.database.url('kpi_writer') });
    const keys = await ClerkKeys.open();
    const lines: unknown[] = [];
    const write = (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push({ ...fields, message });
    const readers = new ReaderSessions({
      url: (role) => two.database.url(role),
      maxConnections: options.maxConnections ?? 6,
      perTenant: options.perTenant ?? 2,
      waitingPerTenant: 100,
      waitMs: 10_000,
      idleMs: 30_000,
    });
    const session = { issuer: keys.issuer, authorizedParties: [PORTAL], audience: null, operatorRole: 'operador', cooldownMs: 0 };
    const server = createServer({
      db,
      log: { info: write, warn: write, error: write },
      clerkWebhookSecret: null,
      gateway: {
        connectors: allConnectors,
        openSource: options.openSource ?? (() => Promise.reject(new Error('no source is there'))),
        requestsPerSecond: 40,
        exportsFolder: options.exportsFolder ?? join(tmpdir(), 'kpi-no-exports'),
        identityKeyOf: (tenantId) => createHmac('sha256', 'test').update(tenantId).digest(),
        readers,
        queryMs: options.queryMs ?? 5000,
        limits: { requestsPerMinute: options.requestsPerMinute ?? 100_000, queriesPerMinute: options.queriesPerMinute ?? 100_000 },
        corsOrigins: [PORTAL],
        clerk: (options.clerk ?? true) ? session : null,
        metabase: options.metabase === undefined ? fakeMetabase(two) : options.metabase,
        version: '0.0.0',
      },
    });
    const rig = new GatewayRig({ two, db, keys, readers, server, lines });
    rig.url = await server.listen({ host: '127.0.0.1', port: 0 });
    return rig;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.readers.close();
    await this.keys.close();
    await this.db.close();
    await this.two.close();
  }

  /** A session of the user that TwoTenants gave a company. */
  session(mark: string, claims: Record<string, unknown> = {}): Promise<string> {
    return this.keys.session(`user_${mark}`, claims);
  }

  async token(scopes: readonly Scope[], tenantId: string | null = null, days = 1): Promise<string> {
    return (await createServiceToken(this.db, { name: 'test', scopes, tenantId, days, createdBy: 'test' })).token;
  }

  async ask(token: string | null, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }
}

/** Has one dashboard, "ventas", for each company. */
function fakeMetabase(two: TwoTenants): MetabasePort {
  return {
    embed: async (tenantId, nameOrId): Promise<EmbeddedDashboard> => {
      if (nameOrId !== 'ventas')
        throw Object.assign(new Error('there is none'), { code: nameOrId === 'soporte' ? 'not_applied' : 'unknown_dashboard' });
      return {
        dashboard: { key: 'ventas', id: tenantId === two.a.tenantId ? 1 : 2, title: 'Ventas' },
        token: `signed.for.${tenantId}`,
        expires_at: new Date(Date.now() + 600_000).toISOString(),
        iframe_url: `https://metabase.ejemplo.cl/embed/dashboard/signed.for.${tenantId}#bordered=false`,
        guest: { instanceUrl: 'https://metabase.ejemplo.cl', component: 'metabase-dashboard' },
      };
    },
  };
}
