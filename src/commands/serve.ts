import type { Command } from 'commander';
import type { MetabasePort } from '../api/metabase-port.ts';
import { createServer } from '../api/server.ts';
import type { App } from '../app.ts';
import { MetabaseMissing } from '../metabase-secrets.ts';
import { embedDashboard, type EmbedDeps } from '../metabase/embed.ts';
import { readerGeneration } from '../store/reader-passwords.ts';
import { ReaderSessions } from '../store/reader-sessions.ts';
import { roleUrl } from '../store/role-urls.ts';
import { version } from '../version.ts';
import type { CommandContext } from './context.ts';
import { openMetrics } from './open-metrics.ts';
import { UsageError } from './terminal.ts';

export function serveCommand(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description(
      'answer HTTP until stopped (SIGTERM or Ctrl-C): the gateway (see /openapi.json), webhooks of Clerk and Shopify, /health, /ready, /metrics',
    )
    .option('--host <address>', 'address to listen on; beyond this machine only behind a proxy that speaks TLS', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes any free one', '8080')
    .action(async (options: { host: string; port: string }) => {
      const port = Number(options.port);
      if (!/^\d+$/.test(options.port) || port > 65_535)
        throw new UsageError(`--port is "${options.port}"; it is a whole number from 0 to 65535`);
      const app = await context.app();
      const { log, terminal } = context;
      const { webhookSecret } = context.config.clerk;
      const { queryConnections, queryMs, corsOrigins, requestsPerMinute, queriesPerMinute } = context.config.gateway;
      const readers = new ReaderSessions({
        url: async (role) => roleUrl(app.directUrl, role, app.roleSecret, await readerGeneration(app.db, role)),
        maxConnections: queryConnections,
        perTenant: 2,
        waitingPerTenant: 20,
        waitMs: 5000,
        idleMs: 30_000,
        onError: (error) => log.warn({ err: error }, "a tenant's database connection was lost"),
      });
      const gateway = {
        connectors: app.connectors,
        openSource: app.openSource,
        exportsFolder: app.config.exportsFolder,
        identityKeyOf: app.identityKeyOf,
        requestsPerSecond: app.config.requestRate.perSecond,
        readers,
        queryMs,
        corsOrigins,
        limits: { requestsPerMinute, queriesPerMinute },
        clerk: context.config.clerk.session,
        metabase: metabaseOf(app),
        version,
      };
      const metrics = await openMetrics(app, { state: true });
      const server = createServer({ db: app.db, log, clerkWebhookSecret: webhookSecret, sourceWebhooks: app, gateway, metrics });
      const url = await server.listen({ host: options.host, port });
      terminal.document({ url, clerk_webhook: webhookSecret !== null });
      terminal.line(url);
      if (webhookSecret === null) log.info({}, 'CLERK_WEBHOOK_SECRET is not set: no messages of Clerk are taken');
      if (gateway.clerk === null) log.info({}, 'CLERK_ISSUER is not set: only service tokens are taken');
      const because = await new Promise<string>((resolve) => {
        for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => resolve(name));
      });
      log.info({ because }, 'server stopping');
      // Takes no new requests and lets those under way end.
      await server.close();
      await readers.close();
    });
}

/** Embedding by the Metabase of the configuration, opened when first asked for. */
function metabaseOf(app: App): MetabasePort | null {
  if (app.config.metabase === null) return null;
  let open: Promise<EmbedDeps> | null = null;
  const deps = () =>
    (open ??= app.embedding().catch((error: unknown) => {
      // Its secrets may be there when it is asked again.
      open = null;
      throw error instanceof MetabaseMissing
        ? Object.assign(new Error(error.message, { cause: error }), { code: 'metabase_missing' })
        : error;
    }));
  return { embed: async (tenantId, nameOrId) => embedDashboard(await deps(), tenantId, nameOrId) };
}
