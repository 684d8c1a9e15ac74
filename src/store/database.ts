import pg from 'pg';

/** Limits of one writing transaction, in milliseconds. A frozen client must not keep a tenant's lock. */
export interface TransactionLimits {
  readonly statementMs: number;
  readonly idleMs: number;
  readonly lockMs: number;
}

export const DEFAULT_LIMITS: TransactionLimits = { statementMs: 30_000, idleMs: 15_000, lockMs: 10_000 };

/** A connection kept for the length of a run. */
export type Client = pg.PoolClient;

/** Rows of one query; columns are named by the caller, who knows the statement. */
export type Query = <R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<pg.QueryResult<R>>;

/** A transaction of one tenant: every statement sees and writes that tenant's facts alone. */
export interface TenantTransaction {
  readonly tenantId: string;
  readonly query: Query;
  readonly client: pg.PoolClient;
}

export interface DatabaseOptions {
  /** URL of the writer role; may be a transaction pooler's. */
  readonly url: string;
  readonly maxConnections?: number;
  readonly limits?: TransactionLimits;
  readonly applicationName?: string;
  readonly onError?: (error: Error) => void;
}

const SNAPSHOT_TRIES = 5;
const SERIALIZATION_FAILURE = '40001';

const BEGIN = `select set_config('app.tenant_id', $1, true), set_config('statement_timeout', $2, true),
 set_config('idle_in_transaction_session_timeout', $3, true), set_config('lock_timeout', $4, true)`;

/**
 * The service's connection to the warehouse as `kpi_writer`. Nothing is set on a session (a transaction pooler would hand it to the
 * next client): the tenant and all limits are local to a transaction and set by its first statement.
 */
export class Database {
  readonly pool: pg.Pool;
  readonly #limits: TransactionLimits;

  constructor(options: DatabaseOptions) {
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 8,
      ...(options.applicationName === undefined ? {} : { application_name: options.applicationName }),
    });
    // Without a handler on the pool and on each client a lost connection would end the process.
    const onError = options.onError ?? (() => undefined);
    this.pool.on('error', onError);
    this.pool.on('connect', (client) => client.on('error', onError));
  }

  /** A statement on the service's own tables (`ops`), outside any tenant. */
  query<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<R>> {
    return this.pool.query<R>(text, [...values]);
  }

  /**
   * Runs `work` in one transaction of one tenant (READ COMMITTED) and commits it; rolls back when it throws.
   * @param on a client kept by the caller (a run writes through one backend, so that a successor can end it)
   */
  async transaction<T>(tenantId: string, work: (tx: TenantTransaction) => Promise<T>, on?: pg.PoolClient): Promise<T> {
    return this.#run('begin', tenantId, work, on);
  }

  /**
   * As `transaction`, but all its statements see the rows as they were at its first (REPEATABLE READ). Run again, from the start, where
   * another transaction changed a row that it wants to change.
   */
  async snapshot<T>(tenantId: string, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    for (let left = SNAPSHOT_TRIES; ; left--) {
      try {
        return await this.#run('begin isolation level repeatable read', tenantId, work);
      } catch (error) {
        if (left === 1 || !(error instanceof pg.DatabaseError) || error.code !== SERIALIZATION_FAILURE) throw error;
      }
    }
  }

  async #run<T>(begin: string, tenantId: string, work: (tx: TenantTransaction) => Promise<T>, on?: pg.PoolClient): Promise<T> {
    const client = on ?? (await this.pool.connect());
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const { statementMs, idleMs, lockMs } = this.#limits;
      await client.query(BEGIN, [tenantId, String(statementMs), String(idleMs), String(lockMs)]);
      const query: Query = (text, values = []) => client.query(text, [...values]);
      const result = await work({ tenantId, client, query });
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((lost: unknown) => {
        broken = lost instanceof Error ? lost : new Error(String(lost));
      });
      throw error;
    } finally {
      if (on === undefined) client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
