import { createServer as createHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

export const PORTAL = 'https://portal.ejemplo.cl';
const MINUTE = 60;

/** The key endpoint of a Clerk instance, and what it signs. */
export class ClerkKeys {
  readonly issuer: string;
  /** How often the keys were asked for. */
  asked = 0;
  /** What it answers instead of keys. */
  broken: number | null = null;
  readonly #server: Server;
  #keys: { kid: string; privateKey: CryptoKey; publicKey: CryptoKey }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<ClerkKeys> {
    const server = createHttp();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const keys = new ClerkKeys(server);
    server.on('request', (_request, response) => {
      keys.asked += 1;
      void (async () => {
        const published = keys.#keys.map(async ({ kid, publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid,
          alg: 'RS256',
          use: 'sig',
        }));
        response.writeHead(keys.broken ?? 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ keys: await Promise.all(published) }));
      })();
    });
    await keys.rotate('ins_1');
    return keys;
  }

  /** From now on this key signs, and no other is published. */
  async rotate(kid: string): Promise<void> {
    this.#keys = [{ kid, ...(await generateKeyPair('RS256', { extractable: true })) }];
  }

  /** A session token of now; `claims` replace its own, undefined takes one out. */
  async session(
    userId: string,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key?: CryptoKey | Uint8Array,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: this.issuer, sub: userId, azp: PORTAL, sid: 'sess_1', iat: now, nbf: now - 10, exp: now + MINUTE, ...claims };
    const [current] = this.#keys;
    const payload = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: current!.kid, ...header })
      .sign(key ?? current!.privateKey);
  }

  async publicKeyText(): Promise<Uint8Array> {
    return new TextEncoder().encode(JSON.stringify(await exportJWK(this.#keys[0]!.publicKey)));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
