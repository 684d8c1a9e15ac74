import { spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceUser } from './service-user.ts';

export type PostgresProcess = {
  readonly pid: number | undefined;
  /** What it said last when it has ended; undefined while it runs. */
  failure(): string | undefined;
};

type SpawnOptions = {
  readonly binary: string;
  readonly data: string;
  readonly user: ServiceUser;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Folders to delete, and the server with them, as soon as this process is gone. */
  readonly removeWithParent: readonly string[] | undefined;
};

const logLimit = 10_000_000;

/**
 * A session keeps up to 16 MB of what a query has freed for the next one. By default glibc gives it back at once, and the kernel fills it in
 * again page by page: 200 to 400 page faults for planning one view, which cost as much as planning and reading together (measured).
 * Only glibc reads these.
 */
const KEEPS_MEMORY = { MALLOC_TRIM_THRESHOLD_: String(16 * 2 ** 20), MALLOC_MMAP_THRESHOLD_: String(8 * 2 ** 20) };

/**
 * Starts the server in a session of its own, so that neither Ctrl-C in the terminal nor the end of this process reaches it.
 * It never throws and never raises an unhandled event: what went wrong is in `failure()`.
 */
export async function spawnPostgres(options: SpawnOptions): Promise<PostgresProcess> {
  const output = openSync(options.logFile, 'a', 0o600);
  if (fstatSync(output).size > logLimit) ftruncateSync(output);
  const before = fstatSync(output).size;
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(options.binary, ['-D', options.data, ...settings], {
    ...options.user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
    // Nothing of the environment may change the server: PGPORT, PGDATA and LC_MESSAGES would.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_MESSAGES: 'C', TZ: 'UTC', ...KEEPS_MEMORY },
  });
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = lastWords(options.logFile, before) || `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  closeSync(output);
  if (child.pid !== undefined && options.removeWithParent !== undefined) endWithParent(child.pid, options.data, options.removeWithParent);
  return { pid: child.pid, failure: () => ended };
}

/** The end of what was logged after a position; nothing when the log went with a removed cluster. */
function lastWords(file: string, from: number): string {
  try {
    return readFileSync(file).subarray(from).toString('utf8').trim().split('\n').slice(-6).join('\n');
  } catch {
    return '';
  }
}

// Asks for the lock file before it signals: a server that was stopped long ago may have left its number to another program.
const watch = `pid=$1; lock=$2; shift 2
read -r _
if [ "$(head -n 1 "$lock" 2>/dev/null)" = "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$lock" ] || break; sleep 0.2; done
fi
rm -rf -- "$@"`;

/**
 * A shell that waits for the end of its input, which comes when this process dies, even by SIGKILL. Then it ends the server and deletes
 * its files. The shell has a session of its own, so Ctrl-C does not take it first.
 */
function endWithParent(pid: number, data: string, folders: readonly string[]): void {
  const shell = spawn('/bin/sh', ['-c', watch, 'sh', String(pid), join(data, 'postmaster.pid'), ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  // The pipe must stay open, yet not keep this process alive.
  (shell.stdin as unknown as { unref(): void }).unref();
}
