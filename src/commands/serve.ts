import type { Command } from 'commander';
import { createServer } from '../api/server.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

export function serveCommand(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('answer HTTP until stopped (SIGTERM or Ctrl-C): webhooks of Clerk, /health, /ready')
    .option('--host <address>', 'address to listen on; beyond this machine only behind a proxy that speaks TLS', '127.0.0.1')
    .option('--port <n>', 'port; 0 takes any free one', '8080')
    .action(async (options: { host: string; port: string }) => {
      const port = Number(options.port);
      if (!/^\d+$/.test(options.port) || port > 65_535)
        throw new UsageError(`--port is "${options.port}"; it is a whole number from 0 to 65535`);
      const app = await context.app();
      const { log, terminal } = context;
      const { webhookSecret } = context.config.clerk;
      const server = createServer({ db: app.db, log, clerkWebhookSecret: webhookSecret });
      const url = await server.listen({ host: options.host, port });
      terminal.document({ url, clerk_webhook: webhookSecret !== null });
      terminal.line(url);
      if (webhookSecret === null) log.info({}, 'CLERK_WEBHOOK_SECRET is not set: no messages of Clerk are taken');
      const because = await new Promise<string>((resolve) => {
        for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => resolve(name));
      });
      log.info({ because }, 'server stopping');
      // Takes no new requests and lets those under way end.
      await server.close();
    });
}
