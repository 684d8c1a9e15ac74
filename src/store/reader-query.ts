import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ReaderSession, ReaderSessions } from './reader-sessions.ts';
import { jsonValue, type JsonValue } from './result-values.ts';

export interface ReaderLimits {
  readonly rows: number;
  /** Of the values' text. */
  readonly bytes: number;
  /** For everything, from the beginning of the transaction. */
  readonly totalMs: number;
}

export interface ReaderAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly JsonValue[])[];
  /** Which limit cut it; null: it is whole. */
  readonly truncated: 'rows' | 'bytes' | null;
}

/** Why a statement has no answer. Its text and what it would have shown are in no log. */
export class ReaderQueryError extends Error {
  override readonly name = 'ReaderQueryError';
  readonly because: 'sql' | 'timeout' | 'gone' | 'size';
  readonly sqlstate: string | null;
  /** Character of the statement as it was given, from 1. */
  readonly position: number | null;

  constructor(because: ReaderQueryError['because'], said: { message?: string; sqlstate?: string; position?: number | null } = {}) {
    super(said.message ?? because);
    this.because = because;
    this.sqlstate = said.sqlstate ?? null;
    this.position = said.position ?? null;
  }
}

// The transaction is read-only and, once something was asked in it, cannot be made another. Rights are what protects rows; this
// saves everybody a surprise. A plan for all rows, not for the first few. Texts of dates and numbers in one form, whatever the role says.
const settings = (totalMs: number) => ({
  statement_timeout: totalMs,
  lock_timeout: 1000,
  idle_in_transaction_session_timeout: totalMs + 5000,
  cursor_tuple_fraction: 1,
  datestyle: 'ISO, YMD',
  intervalstyle: 'iso_8601',
  bytea_output: 'hex',
  extra_float_digits: 1,
  xmlbinary: 'base64',
});
/** In one message: nothing of it is the caller's. */
const begin = (totalMs: number) =>
  `begin read only; select ${Object.entries(settings(Math.ceil(totalMs)))
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ')}`;
/** The grammar of a cursor takes one SELECT, WITH … SELECT, VALUES or TABLE, and nothing that writes, sets or copies. */
const DECLARE = 'declare answer no scroll cursor without hold for\n';
const TYPES = 'select oid::int as oid, format_type(oid, null) as name from unnest($1::oid[]) as u(oid)';
const FIRST_ROWS = 100;
const asText = { getTypeParser: () => (text: string) => text };
/**
 * Names of the server's own types by oid. Of others none is kept: what a type is called hangs on the search_path, which a statement may
 * set, and one tenant's statement must not name things for the next.
 */
const typeNames = new Map<number, string>();
/** Oids below are given by the server's release. */
const FIRST_OF_USERS = 16_384;

/**
 * Runs one statement as a tenant's reader in a transaction that is rolled back, and reads as much of its answer as the limits let.
 * @param signal aborted when nobody waits for the answer any more: the backend is stopped
 * @throws ReaderQueryError; ReadersBusy when no connection was free
 */
export async function readAsTenant(
  sessions: ReaderSessions,
  role: string,
  statement: { readonly text: string; readonly values?: readonly string[] },
  limits: ReaderLimits,
  signal: AbortSignal,
): Promise<ReaderAnswer> {
  return sessions.use(role, async (session) => {
    if (signal.aborted) throw new ReaderQueryError('gone');
    const over = new AbortController();
    const began = performance.now();
    const reading = read(session, statement, limits);
    let because: 'timeout' | 'gone' | null = null;
    const stopping: Promise<void>[] = [];
    const stop = (why: 'timeout' | 'gone') => {
      because ??= why;
      if (stopping.length === 0) stopping.push(sessions.stop(session, reading));
    };
    const onGone = () => stop('gone');
    signal.addEventListener('abort', onGone, { once: true });
    // The server's own limit is for each statement, and a statement can lift it for the next: this one holds whatever it does.
    const deadline = sleep(limits.totalMs, undefined, { signal: over.signal }).then(
      () => stop('timeout'),
      () => undefined,
    );
    try {
      return await reading;
    } catch (error) {
      if (because !== null) throw new ReaderQueryError(because);
      throw wordsOf(error, performance.now() - began >= limits.totalMs - CLOCKS_MS);
    } finally {
      signal.removeEventListener('abort', onGone);
      over.abort();
      await deadline;
      // What is still on its way to stop this statement must not meet the next one of this session.
      await Promise.all(stopping);
    }
  });
}

async function read(
  session: ReaderSession,
  { text, values = [] }: { readonly text: string; readonly values?: readonly string[] },
  limits: ReaderLimits,
): Promise<ReaderAnswer> {
  const { client } = session;
  const start = session.received;
  // A single value can be larger than all of this process's memory.
  const watch = () => {
    if (session.received - start > limits.bytes * 2 + 65_536) client.connection.stream.destroy(new ReaderQueryError('size'));
  };
  await client.query(begin(limits.totalMs));
  client.connection.stream.on('data', watch);
  try {
    // `extended`: the protocol that takes one statement, also when there are no values.
    await client.query({ text: DECLARE + text, values: [...values], queryMode: 'extended' } as pg.QueryConfig);
    const rows: JsonValue[][] = [];
    let size = 0;
    let fields: readonly pg.FieldDef[] = [];
    for (let wanted = Math.min(FIRST_ROWS, limits.rows + 1); ;) {
      const got = await client.query<string[]>({
        text: `fetch ${wanted} from answer`,
        rowMode: 'array',
        types: asText,
      } as pg.QueryArrayConfig);
      fields = got.fields;
      for (const row of got.rows as (string | null)[][]) {
        if (rows.length === limits.rows) return await answer(client, fields, rows, 'rows');
        size += row.reduce((sum, value) => sum + (value?.length ?? 4) + 3, 2);
        if (size > limits.bytes) return await answer(client, fields, rows, 'bytes');
        rows.push(row.map((value, i) => jsonValue(fields[i]!.dataTypeID, value)));
      }
      if (got.rows.length < wanted) return await answer(client, fields, rows, null);
      const fitting = Math.ceil((limits.bytes - size) / Math.max(1, size / rows.length));
      wanted = Math.max(1, Math.min(limits.rows + 1 - rows.length, fitting + 1));
    }
  } catch (error) {
    if (session.received - start > limits.bytes * 2 + 65_536) throw new ReaderQueryError('size');
    throw error;
  } finally {
    client.connection.stream.off('data', watch);
  }
}

async function answer(
  client: pg.Client,
  fields: readonly pg.FieldDef[],
  rows: ReaderAnswer['rows'],
  truncated: ReaderAnswer['truncated'],
): Promise<ReaderAnswer> {
  const unknown = fields.map(({ dataTypeID }) => dataTypeID).filter((oid) => !typeNames.has(oid));
  const others = new Map<number, string>();
  if (unknown.length > 0) {
    const { rows: named } = await client.query<{ oid: number; name: string }>(TYPES, [unknown]);
    for (const { oid, name } of named) (oid < FIRST_OF_USERS ? typeNames : others).set(oid, name);
  }
  const columns = fields.map(({ name, dataTypeID }) => ({ name, type: typeNames.get(dataTypeID) ?? others.get(dataTypeID) ?? 'unknown' }));
  return { columns, rows, truncated };
}

// What is wrong with a statement or with a value in it. Only of these the server's words are passed on: they are about the caller's own
// statement and rows; others may be about the server's insides.
const OF_THE_STATEMENT = /^(?:0A|21|22|2F|42(?!501))/;
const TIMEOUT = new Set(['55P03', '25P03']);
/** Cancelled, or ended with its backend: by its time, or by a statement of the same tenant (this one included) that asked for it. */
const STOPPED = new Set(['57014', '57P01']);
/** The server's clock and ours do not begin to count at the same moment. */
const CLOCKS_MS = 50;

function wordsOf(error: unknown, late: boolean): unknown {
  if (error instanceof ReaderQueryError || !(error instanceof pg.DatabaseError)) return error;
  const { code = 'XX000', message, position } = error;
  if (TIMEOUT.has(code)) return new ReaderQueryError('timeout', { sqlstate: code });
  if (STOPPED.has(code)) return new ReaderQueryError(late && code === '57014' ? 'timeout' : 'gone', { sqlstate: code });
  if (/^(?:08|53|57P|58|F0|XX)/.test(code)) return error;
  const at = position === undefined ? null : Number(position) - DECLARE.length;
  return new ReaderQueryError('sql', {
    sqlstate: code,
    position: at === null || at < 1 ? null : at,
    ...(OF_THE_STATEMENT.test(code) ? { message } : {}),
  });
}
