import { pino, type LoggerOptions } from 'pino';

type Fields = Readonly<Record<string, unknown>>;

/** Structured log of a process. Given to connectors as the contract's `Log`. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  /** The same log with these fields on every line. */
  child(fields: Fields): Logger;
  /** From now on these values appear in no line, wherever they stand. */
  hide(values: readonly string[]): void;
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** One readable line each instead of JSON; default: when stderr is a terminal. */
  readonly readable?: boolean;
  /** Where lines go, each with its line feed; default: stderr, because stdout belongs to a command's result. */
  readonly write?: (line: string) => void;
}

const HIDDEN = '[secret]';
/** A field whose name ends like this holds a secret ("secret_ref" does not, it says where one is). */
const secretName = /(?:password|passwd|secret|token|api_?key|apikey|authorization|cookie|credentials?)$/i;
const inAddress = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s:@"]*:[^/\s@"]*@/gi;

/** Opens the log of this process. Fields with a secret's name and values given to `hide` never reach a line. */
export function createLog(options: LogOptions): Logger {
  const { level, readable = process.stderr.isTTY, write = (line) => void process.stderr.write(line) } = options;
  const hidden = new Set<string>();
  const scrub = (line: string) => {
    let out = line.replace(inAddress, `$1${HIDDEN}@`);
    for (const value of hidden) out = out.replaceAll(value, HIDDEN);
    return out;
  };
  const settings: LoggerOptions = {
    level,
    messageKey: 'message',
    base: { pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }), log: (fields) => plain(fields, 0) as Record<string, unknown> },
    // Errors are made plain by `formatters.log`, without what libraries hang on them (requests, headers, configurations).
    serializers: { err: (value: unknown) => value },
  };
  const root = pino(settings, { write: (line: string) => write(scrub(readable ? readableLine(line) : line)) });
  const hide = (values: readonly string[]) => {
    for (const value of values) {
      // Shorter values would take ordinary words out of every line. JSON escapes quotes and backslashes.
      if (value.length >= 4) hidden.add(value).add(JSON.stringify(value).slice(1, -1));
    }
  };
  const wrap = (log: typeof root): Logger => ({
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    child: (fields) => wrap(log.child(plain(fields, 0) as Record<string, unknown>)),
    hide,
  });
  return wrap(root);
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '[deep]';
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const { code, kind, advice } = value as { code?: unknown; kind?: unknown; advice?: unknown };
    return { name, message, code, kind, advice, stack, cause: plain(cause, depth + 1) };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, secretName.test(key) ? veil(inner) : plain(inner, depth + 1)]),
  );
}

/** Counts and switches may be called "…token"; only what can hold a secret is hidden. */
function veil(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined ? value : HIDDEN;
}

function readableLine(line: string): string {
  const { level, time, pid: _, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${String(time).slice(11, 19)} ${String(level).toUpperCase().padEnd(5)} ${[message, ...rest].join('  ')}\n`;
}
