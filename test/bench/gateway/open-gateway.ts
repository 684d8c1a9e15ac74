import { createServer } from '../../../src/api/server.ts';
import { allConnectors } from '../../../src/app.ts';
import { DASHBOARDS } from '../../../src/dashboards/index.ts';
import { createLog } from '../../../src/log.ts';
import { applyMetabase } from '../../../src/metabase/apply.ts';
import { Cleared, embedDashboard } from '../../../src/metabase/embed.ts';
import { metabaseHttp, openMetabase } from '../../../src/metabase/open-metabase.ts';
import { provisionMetabase } from '../../../src/metabase/provision.ts';
import { startMetabase, type MetabaseServer } from '../../../src/sandbox/metabase/server.ts';
import { Database } from '../../../src/store/database.ts';
import { ReaderSessions } from '../../../src/store/reader-sessions.ts';
import { roleUrl } from '../../../src/store/role-urls.ts';
import { ClerkKeys, PORTAL } from '../../support/clerk-keys.ts';
import type { BenchDatabase } from '../bench-database.ts';

export interface OpenGateway {
  readonly url: string;
  readonly db: Database;
  readonly metabase: MetabaseServer;
  readonly users: ClerkKeys;
  /** Puts a company's dashboards into Metabase. */
  apply(tenantId: string): Promise<unknown>;
  close(): Promise<void>;
}

/** The gateway as `kpi serve` starts it, on loopback, with a stand-in for Metabase that has been provisioned. */
export async function openGateway(database: BenchDatabase): Promise<OpenGateway> {
  const log = createLog({ level: 'silent' });
  const db = new Database({ url: database.writerUrl });
  const metabase = await startMetabase({ clock: () => new Date() });
  const users = await ClerkKeys.open();
  const { url } = metabase;
  const { secrets } = await provisionMetabase({
    url,
    siteUrl: 'https://bi.example.cl',
    http: metabaseHttp({ url, log, secrets: [] }),
    apiKey: null,
    embeddingSecret: null,
    admin: { email: 'admin@example.cl', password: 'a long enough password' },
    siteName: 'Bench',
    sleep: () => Promise.resolve(),
    now: () => new Date(),
  });
  const reach = { url: database.adminUrl, roleSecret: database.roleSecret };
  const deps = openMetabase({ url, apiKey: secrets.apiKey, db, dashboards: DASHBOARDS, reach, log });
  const embedding = {
    ...deps,
    secret: secrets.embeddingSecret,
    siteUrl: 'https://bi.example.cl',
    now: () => new Date(),
    cleared: new Cleared(),
  };
  const readers = new ReaderSessions({
    url: (role) => roleUrl(database.adminUrl, role, database.roleSecret),
    maxConnections: 10,
    perTenant: 2,
    waitingPerTenant: 20,
    waitMs: 5000,
    idleMs: 30_000,
  });
  const server = createServer({
    db,
    log,
    clerkWebhookSecret: null,
    gateway: {
      connectors: allConnectors,
      openSource: () => Promise.reject(new Error('no source is there')),
      requestsPerSecond: 40,
      exportsFolder: '.',
      identityKeyOf: () => Buffer.alloc(32),
      readers,
      queryMs: 10_000,
      limits: { requestsPerMinute: 1_000_000, queriesPerMinute: 1_000_000 },
      corsOrigins: [],
      clerk: { issuer: users.issuer, authorizedParties: [PORTAL], audience: null, operatorRole: null },
      metabase: { embed: (tenantId, name) => embedDashboard(embedding, tenantId, name) },
      version: '0.0.0',
    },
  });
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    db,
    metabase,
    users,
    apply: (tenantId) => applyMetabase(deps, { tenantId }),
    close: async () => {
      await server.close();
      await readers.close();
      await users.close();
      await metabase.close();
      await db.close();
    },
  };
}
