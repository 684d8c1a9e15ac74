import { startChatwoot } from './chatwoot/server.ts';
import { startClerk } from './clerk/server.ts';
import { connectionsTo, type SandboxConnection } from './connections.ts';
import type { SandboxServer } from './http-server.ts';
import { startN8n } from './n8n/server.ts';
import { startOdoo } from './odoo/server.ts';
import { startShopify } from './shopify/server.ts';
import { expectedRows } from './world/expected.ts';
import type { ExpectedRow } from './world/model.ts';
import { createWorld, type World, type WorldSize } from './world/world.ts';

export const SOURCES = ['shopify', 'odoo', 'chatwoot', 'n8n'] as const;
export type SandboxSource = (typeof SOURCES)[number];

export interface SandboxOptions extends WorldSize {
  /** Fixed ports, so that a resumed demo finds the sources where they were; any free one where absent. */
  readonly ports?: Partial<Record<SandboxSource | 'clerk', number>>;
  /** True raises the sources' rate limits out of the way (demo and bench, which say so); false keeps the real ones. */
  readonly generous: boolean;
}

/** A running simulated business. */
export interface Sandbox {
  readonly world: World;
  /** The four sources; each can be told to misbehave (`faults`). */
  readonly servers: Readonly<Record<SandboxSource, SandboxServer>>;
  /** Clerk, where the users of all three companies are registered. */
  readonly clerk: SandboxServer;
  /** The world's clock: the anchor, plus the time since the start. */
  readonly clock: () => Date;
  /** What `kpi connect` needs for every account of every tenant. Holds the sandbox's own keys. */
  connections(): SandboxConnection[];
  /** What the warehouse must hold, row by row. */
  expected(): Generator<ExpectedRow>;
  close(): Promise<void>;
}

/**
 * Grows a world and serves it on loopback.
 * @throws Error when a port is taken or the size makes no world
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const world = createWorld(options);
  const start = performance.now();
  const anchor = Date.parse(world.anchor);
  const clock = (): Date => new Date(anchor + (performance.now() - start));
  const { ports = {}, generous } = options;
  const at = (source: SandboxSource | 'clerk') => ({ clock, ...(ports[source] === undefined ? {} : { port: ports[source] }) });
  const started: SandboxServer[] = [];
  const keep = (server: SandboxServer): SandboxServer => {
    started.push(server);
    return server;
  };
  const close = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.close()));
  };
  try {
    const servers = {
      shopify: keep(
        await startShopify({ ...at('shopify'), shops: world.shops, ...(generous ? { limits: { bucket: 1e9, restore: 1e9 } } : {}) }),
      ),
      odoo: keep(await startOdoo({ ...at('odoo'), databases: world.odoos })),
      chatwoot: keep(
        await startChatwoot({
          ...at('chatwoot'),
          installation: world.chatwoot,
          ...(generous ? { limits: { requestsPerMinute: 1e9 } } : {}),
        }),
      ),
      n8n: keep(await startN8n({ ...at('n8n'), instance: world.n8n })),
    };
    const clerk = keep(
      await startClerk({ ...at('clerk'), instance: world.clerk, ...(generous ? { limits: { requestsPerTenSeconds: 1e9 } } : {}) }),
    );
    return { world, servers, clerk, clock, connections: () => connectionsTo(world, servers), expected: () => expectedRows(world), close };
  } catch (error) {
    await close();
    throw error;
  }
}
