import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What Postgres answers while it recovers: a fatal error in the protocol's version 3. */
const STARTING = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

/** A place that leads to a Postgres, as a container does that may start later than whoever needs it. */
export class LateServer {
  readonly url: string;
  readonly #port: number;
  readonly #real: URL;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  private constructor(real: URL, port: number) {
    this.#real = real;
    this.#port = port;
    const url = new URL(real);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    this.url = url.href;
  }

  /** One that refuses connections until something else is said. */
  static async of(url: string): Promise<LateServer> {
    const probe = createServer();
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
    const { port } = probe.address() as AddressInfo;
    await new Promise((done) => probe.close(done));
    return new LateServer(new URL(url), port);
  }

  /** From now on it takes connections and says that it is starting up. */
  recover(): Promise<void> {
    return this.#listen((client) => client.once('data', () => client.end(STARTING)));
  }

  /** From now on it is the real one. */
  open(): Promise<void> {
    return this.#listen((client) => {
      const server = connect(Number(this.#real.port), this.#real.hostname);
      this.#keep(server);
      client.pipe(server).pipe(client);
      client.once('close', () => server.destroy());
      server.once('close', () => client.destroy());
    });
  }

  /** From now on it refuses connections, and those there were are lost. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== null) await new Promise((done) => server.close(done));
  }

  async #listen(serve: (client: Socket) => void): Promise<void> {
    await this.close();
    const server = createServer((client) => {
      this.#keep(client);
      serve(client);
    });
    this.#server = server;
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
