import { readAsTenant, ReaderQueryError, type ReaderAnswer, type ReaderLimits } from '../store/reader-query.ts';
import { ReadersBusy, type ReaderSessions } from '../store/reader-sessions.ts';
import type { AskedTenant } from '../store/user-access.ts';
import { ProblemError, type Words } from './problem.ts';

export interface TenantReader {
  /** @throws ProblemError */
  read(
    tenant: AskedTenant,
    statement: { text: string; values?: readonly string[] },
    rows: number,
    signal: AbortSignal,
  ): Promise<ReaderAnswer>;
}

/** What a statement's answer may weigh. */
const BYTES = 4 * 1024 * 1024;

/** Reads with a tenant's own rights; what goes wrong becomes a problem that says what to change and nothing of the insides. */
export function tenantReader(sessions: ReaderSessions, options: Pick<ReaderLimits, 'totalMs'>): TenantReader {
  return {
    read: async (tenant, statement, rows, signal) => {
      if (tenant.reader_role === null) throw unprocessable('no_reader', NO_READER);
      try {
        return await readAsTenant(sessions, tenant.reader_role, statement, { ...options, rows, bytes: BYTES }, signal);
      } catch (error) {
        if (error instanceof ReadersBusy)
          throw new ProblemError({ status: 503, code: 'queries_busy', detail: BUSY, retryAfter: 2 }, { cause: error });
        throw error instanceof ReaderQueryError ? problemOf(error, options.totalMs) : error;
      }
    },
  };
}

const NO_READER = { es: 'La empresa aún no tiene un rol de lectura.', en: 'The company has no role to read with yet.' };
const BUSY = {
  es: 'Hay demasiadas consultas en curso; repita en unos segundos.',
  en: 'Too many statements are running; try again in a few seconds.',
};

function unprocessable(code: string, detail: Words, more: Readonly<Record<string, unknown>> = {}, cause?: unknown): ProblemError {
  return new ProblemError({ status: 422, code, detail, more }, { cause });
}

function problemOf(error: ReaderQueryError, totalMs: number): ProblemError {
  const { because, sqlstate, position, message } = error;
  if (because === 'gone') return unprocessable('query_cancelled', { es: 'La consulta fue cancelada.', en: 'The statement was cancelled.' });
  if (because === 'size')
    return unprocessable('result_too_large', {
      es: 'El resultado es demasiado grande: pida menos columnas o valores más cortos.',
      en: 'The result is too large: ask for fewer columns or shorter values.',
    });
  if (because === 'timeout')
    return unprocessable('query_timeout', {
      es: `La consulta tardó más de ${totalMs / 1000} s y fue detenida.`,
      en: `The statement took longer than ${totalMs / 1000} s and was stopped.`,
    });
  const more = { ...(sqlstate === null ? {} : { sqlstate }), ...(position === null ? {} : { position }) };
  if (sqlstate === '42501')
    return unprocessable(
      'sql_not_allowed',
      {
        es: 'La consulta pide algo que no está permitido leer o hacer.',
        en: 'The statement asks for something that may not be read or done.',
      },
      more,
    );
  // The server's words are English; they are about the caller's own statement.
  const said = message === because ? '' : ` PostgreSQL: ${message}`;
  if (sqlstate === '42601')
    return unprocessable(
      'sql_syntax',
      {
        es: `No es una consulta que se pueda leer: se acepta una sola, SELECT, WITH … SELECT, VALUES o TABLE.${said}`,
        en: `It is no statement that can be read: one is taken, SELECT, WITH … SELECT, VALUES or TABLE.${said}`,
      },
      more,
    );
  return unprocessable(
    'sql_error',
    { es: `La base de datos rechazó la consulta.${said}`, en: `The database refused the statement.${said}` },
    more,
  );
}
