import pLimit, { type LimitFunction } from 'p-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface ReaderSessionsOptions {
  /**
   * URL as a reader's role, with the password of now; asked for each connection. Of the database itself, not of a transaction pooler: a
   * session is cleaned by `discard all`.
   */
  readonly url: (role: string) => string | Promise<string>;
  /** Most connections at once, over all tenants. */
  readonly maxConnections: number;
  /** Most of them that one tenant may use at once: one tenant's slow statements leave room for the others. */
  readonly perTenant: number;
  /** Most that may wait behind them, for each tenant. */
  readonly waitingPerTenant: number;
  /** Longest to wait for a turn. */
  readonly waitMs: number;
  /** An unused connection ends after this time. */
  readonly idleMs: number;
  /** How long a statement that was told to stop may take, before its backend is ended, and then before it is given up; default 1000. */
  readonly obeyMs?: number;
  readonly onError?: (error: Error) => void;
}

/** A connection as one tenant's reader. */
export interface ReaderSession {
  readonly role: string;
  readonly client: pg.Client;
  readonly pid: number;
  /** Bytes that came from the database so far. */
  received: number;
  /** Requests it may still serve. */
  left: number;
  /** Its backend works on although it was ended. */
  abandoned: boolean;
}

/** No connection was free in time. Nothing was run. */
export class ReadersBusy extends Error {
  override readonly name = 'ReadersBusy';
}

/** A statement can catch a mere cancellation, and some functions of the server look neither for it nor for the end (normalize). */
const OBEY_MS = 1000;
const LOOK_MS = 500;
const CONNECT_MS = 5000;
/** Names of settings that statements made up stay in the backend's memory, discarded or not: it is not kept for ever. */
const USES = 200;
/** SQLSTATE of a password that is not the role's. */
const WRONG_PASSWORD = '28P01';

/**
 * Connections as the tenants' reader roles: few, whatever the number of tenants. Each serves one request at a time and is given back
 * clean (rolled back, everything of the session discarded) or not at all; when all are taken by others, the one unused for longest gives way.
 */
export class ReaderSessions {
  readonly #options: ReaderSessionsOptions;
  /** Unused ones, longest unused first. */
  readonly #idle: { readonly session: ReaderSession; readonly timer: NodeJS.Timeout }[] = [];
  readonly #all: LimitFunction;
  readonly #stopping = pLimit(2);
  readonly #each = new Map<string, LimitFunction>();
  #open = 0;
  #closed = false;

  constructor(options: ReaderSessionsOptions) {
    this.#options = options;
    this.#all = pLimit(options.maxConnections);
  }

  /** Open connections, those in use, and requests that wait. */
  get counts(): { readonly open: number; readonly active: number; readonly waiting: number } {
    const limits = [...this.#each.values()];
    const waiting = limits.reduce((sum, limit) => sum + limit.pendingCount, this.#all.pendingCount);
    return { open: this.#open, active: this.#all.activeCount, waiting };
  }

  /** Hands `work` a clean session of the role. @throws ReadersBusy; what `work` throws */
  async use<T>(role: string, work: (session: ReaderSession) => Promise<T>): Promise<T> {
    const limit = this.#each.get(role) ?? pLimit(this.#options.perTenant);
    this.#each.set(role, limit);
    if (limit.pendingCount >= this.#options.waitingPerTenant) throw new ReadersBusy('too many requests of this tenant are waiting');
    let state: 'waiting' | 'begun' | 'gone' = 'waiting';
    const early = Promise.withResolvers<never>();
    const turn = limit(() =>
      this.#all(async () => {
        if (state === 'gone') throw new ReadersBusy('gave up waiting');
        state = 'begun';
        return this.#with(role, work, early.reject);
      }),
    );
    const patience = new AbortController();
    const late = sleep(this.#options.waitMs, undefined, { signal: patience.signal }).then(
      () => {
        if (state === 'begun') return turn;
        state = 'gone';
        throw new ReadersBusy('no connection became free in time');
      },
      () => turn,
    );
    try {
      return await Promise.race([turn, late, early.promise]);
    } finally {
      patience.abort();
      // Whichever lost the race is of no more interest.
      for (const one of [turn, early.promise]) one.catch(() => undefined);
      late.catch(() => undefined);
      if (limit.activeCount + limit.pendingCount === 0) this.#each.delete(role);
    }
  }

  /** Ends when the session is clean. Only of one whose backend cannot be ended it is said before, and its turn lasts until it is. */
  async #with<T>(role: string, work: (session: ReaderSession) => Promise<T>, early: (error: unknown) => void): Promise<T> {
    const session = await this.#take(role);
    try {
      return await work(session);
    } catch (error) {
      if (session.abandoned) early(error);
      throw error;
    } finally {
      await this.#giveBack(session);
    }
  }

  async #giveBack(session: ReaderSession): Promise<void> {
    if (session.abandoned) {
      await this.#outlive(session);
      return this.#end(session);
    }
    const clean = await session.client
      .query('rollback')
      .then(
        () => session.client.query('discard all').then(() => true),
        () => false,
      )
      .catch(() => false);
    session.left -= 1;
    if (clean && session.left > 0 && !this.#closed) this.#keep(session);
    else await this.#end(session);
  }

  /** Waits until the backend is gone: what it takes of the server is taken from its tenant's share, not from the others'. */
  async #outlive({ role, pid }: ReaderSession): Promise<void> {
    while (!this.#closed) {
      const client = await this.#connected(role).catch(() => null);
      const there = await client?.query('select from pg_stat_activity where pid = $1 and usename = current_user', [pid]).then(
        ({ rowCount }) => rowCount !== 0,
        () => false,
      );
      await client?.end().catch(() => undefined);
      if (there !== true) return;
      await sleep(LOOK_MS);
    }
  }

  async #take(role: string): Promise<ReaderSession> {
    const at = this.#idle.findLastIndex(({ session }) => session.role === role);
    const [kept] = at < 0 ? [] : this.#idle.splice(at, 1);
    if (kept !== undefined) {
      clearTimeout(kept.timer);
      return kept.session;
    }
    // Fewer are in use than may be open, so one that is open beyond them is unused.
    const gives = this.#open >= this.#options.maxConnections ? this.#idle.shift() : undefined;
    this.#open += 1;
    if (gives !== undefined) {
      clearTimeout(gives.timer);
      await this.#end(gives.session);
    }
    try {
      return await this.#connect(role);
    } catch (error) {
      this.#open -= 1;
      throw error;
    }
  }

  #keep(session: ReaderSession): void {
    const timer = setTimeout(() => {
      const at = this.#idle.findIndex((idle) => idle.session === session);
      if (at < 0) return;
      this.#idle.splice(at, 1);
      void this.#end(session);
    }, this.#options.idleMs).unref();
    this.#idle.push({ session, timer });
  }

  async #end({ client }: ReaderSession): Promise<void> {
    await client.end().catch(() => undefined);
    this.#open -= 1;
  }

  async #connect(role: string): Promise<ReaderSession> {
    const client = await this.#connected(role);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const session: ReaderSession = { role, client, pid: rows[0]!.pid, received: 0, left: USES, abandoned: false };
    client.connection.stream.on('data', (chunk: Buffer) => {
      session.received += chunk.length;
    });
    client.on('end', () => {
      const at = this.#idle.findIndex((idle) => idle.session === session);
      if (at < 0) return;
      clearTimeout(this.#idle[at]!.timer);
      this.#idle.splice(at, 1);
      this.#open -= 1;
    });
    return session;
  }

  /** A password that changed between asking for it and using it is asked for once more. */
  async #connected(role: string): Promise<pg.Client> {
    for (let attempt = 1; ; attempt += 1) {
      const client = this.#client(await this.#options.url(role));
      try {
        await client.connect();
        return client;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (attempt === 2 || (error as { readonly code?: unknown }).code !== WRONG_PASSWORD) throw error;
      }
    }
  }

  #client(connectionString: string): pg.Client {
    const client = new pg.Client({ connectionString, application_name: 'kpi-gateway', connectionTimeoutMillis: CONNECT_MS });
    client.on('error', (error) => this.#options.onError?.(error));
    return client;
  }

  /**
   * Ends what a session is running: cancels it, where that is not obeyed ends the backend, and where that takes too long lets go of it.
   * Both are rights of the role over itself.
   * @param ended settles when the statement is over
   */
  async stop(session: ReaderSession, ended: Promise<unknown>): Promise<void> {
    const settled = ended.then(
      () => true,
      () => true,
    );
    await this.#stopping(async () => {
      let client: pg.Client | null = null;
      try {
        client = await this.#connected(session.role);
        await client.query('select pg_cancel_backend($1)', [session.pid]);
        const obeyed = () => Promise.race([settled, sleep(this.#options.obeyMs ?? OBEY_MS, false)]);
        if (await obeyed()) return;
        await client.query('select pg_terminate_backend($1)', [session.pid]);
        if (await obeyed()) return;
        session.abandoned = true;
        session.client.connection.stream.destroy();
      } catch (error) {
        this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
        session.client.connection.stream.destroy();
      } finally {
        await client?.end().catch(() => undefined);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { session, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      await this.#end(session);
    }
  }
}
