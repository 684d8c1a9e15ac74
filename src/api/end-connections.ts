import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Longest that a request under way holds up the end, in milliseconds. */
const GRACE_MS = 10_000;

/**
 * Lets the server end: closing it waits for every connection, and neither one that has not asked anything yet nor one whose request never
 * ends would go by itself. Idle ones that have been answered are ended by Fastify.
 */
export function endConnections(server: FastifyInstance): void {
  const silent = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.server.on('request', ({ socket }: { readonly socket: Socket }) => silent.delete(socket));
  server.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy();
    const grace = setTimeout(() => server.server.closeAllConnections(), GRACE_MS).unref();
    server.server.once('close', () => clearTimeout(grace));
  });
}
