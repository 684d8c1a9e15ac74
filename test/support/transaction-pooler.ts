import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';

/**
 * The least of a transaction pooler: any number of clients, one backend, lent from a client's message until the server says that no
 * transaction is open. It answers the start of a session itself, as poolers do.
 */
export async function startTransactionPooler(url: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const backend = new Client({ connectionString: url });
  backend.on('error', () => undefined);
  await backend.connect();
  // From here on the bytes are ours: what the library would read is handed to whoever has the backend.
  const server = (backend as unknown as { connection: { stream: Socket } }).connection.stream;
  server.removeAllListeners('data');
  let holder: Socket | null = null;
  const waiting: { client: Socket; bytes: Buffer }[] = [];
  const clients = new Set<Socket>();
  const lend = () => {
    const next = waiting.shift();
    if (next === undefined) return;
    holder = next.client;
    server.write(next.bytes);
  };
  let rest = Buffer.alloc(0);
  server.on('data', (bytes: Buffer) => {
    holder?.write(bytes);
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1) + 1;
      if (rest.length < length) return;
      const idle = rest[0] === 0x5a && rest[5] === 0x49; // ReadyForQuery, "I"
      rest = rest.subarray(length);
      if (idle) {
        holder = null;
        lend();
      }
    }
  });
  const listener = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
    let started = false;
    client.on('data', (bytes: Buffer) => {
      if (!started) {
        started = true;
        client.write(Buffer.concat([message('R', Buffer.from([0, 0, 0, 0])), message('Z', Buffer.from('I'))]));
        return;
      }
      // Terminate: the backend stays.
      if (bytes[0] === 0x58) client.end();
      else if (holder === client) server.write(bytes);
      else {
        waiting.push({ client, bytes });
        if (holder === null) lend();
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const at = new URL(url);
  at.hostname = '127.0.0.1';
  at.port = String((listener.address() as AddressInfo).port);
  return {
    url: at.href,
    close: async () => {
      for (const client of clients) client.destroy();
      server.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
