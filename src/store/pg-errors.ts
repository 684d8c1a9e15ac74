import type { ErrorKind } from '#contract';

// SQLSTATE classes by name: https://www.postgresql.org/docs/16/errcodes-appendix.html
const CONNECTION = /^(08|57P0[1-5])/; // lost connection, server shutting down or starting
const RESOURCES = /^53/; // disk full, out of memory, too many connections
const RIVALRY = new Set(['40001', '40P01', '55P03', '57014']); // serialization, deadlock, lock not available, statement timeout
const RIGHTS = new Set(['42501', '28000', '28P01', '3D000']);

export interface DatabaseFailure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/**
 * Postgres errors in our words, in one place. Detail and parameters are left out: they may hold row contents.
 * @returns null for anything that is not a database error
 */
export function describeDatabaseError(error: unknown): DatabaseFailure | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (
    /^E(CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|HOSTUNREACH)$/.test(code) ||
    /Connection terminated|Client has encountered a connection error/.test(error.message)
  ) {
    return lost('database_unreachable', 'the database connection was lost');
  }
  if (!/^[0-9A-Z]{5}$/.test(code)) return null;
  if (CONNECTION.test(code)) return lost('database_unreachable', 'the database ended the connection');
  if (RESOURCES.test(code)) {
    return {
      kind: 'transient',
      code: 'database_resources',
      message: `the database is out of resources (${code})`,
      advice: 'Check disk space and connections of the database server',
    };
  }
  if (RIVALRY.has(code)) {
    return {
      kind: 'transient',
      code: 'database_busy',
      message: `the database gave up waiting (${code})`,
      advice: 'Nothing was written; it is tried again by itself',
    };
  }
  if (RIGHTS.has(code)) {
    return {
      kind: 'config',
      code: 'database_rights',
      message: `the database refused the writer (${code})`,
      advice: 'Run the migrations again: kpi migrate',
    };
  }
  return {
    kind: 'bug',
    code: `database_${code}`,
    message: `the database refused a statement (${code}): ${error.message}`,
    advice: 'Report it with the run id; nothing was written',
  };
}

function lost(code: string, message: string): DatabaseFailure {
  return { kind: 'transient', code, message, advice: 'Nothing was written; it is tried again when the database is back' };
}
