import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

/** How a process ended and what it said. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of this project that a test started. */
export interface Running {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it has said so far. */
  said(): { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
}

interface Place {
  /** Becomes KPI_HOME. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs `bin/kpi.mjs`, as an operator does. What the environment of the tests says of a warehouse is left out. */
export function launchKpi(args: readonly string[], place: Place): Running {
  return start(join(root, 'bin/kpi.mjs'), args, place);
}

/** Runs the same program without its launcher: the pid is then that of the program itself. */
export function startKpi(args: readonly string[], place: Place): Running {
  return start(join(root, 'src/cli.ts'), args, place);
}

/** Runs a command to its end. */
export async function kpi(args: readonly string[], place: Place): Promise<Ended> {
  return startKpi(args, place).ended;
}

function start(file: string, args: readonly string[], place: Place): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(KPI|DATABASE|VAULT|VITEST|NODE_ENV|TEST)/.test(name));
  const child = spawn(process.execPath, [file, ...args], {
    env: {
      ...Object.fromEntries(inherited),
      KPI_HOME: place.home,
      KPI_LANG: 'en',
      // Tests hold at any local hour.
      KPI_NIGHTLY: 'off',
      NODE_COMPILE_CACHE: join(tmpdir(), 'kpi-tests-compiled'),
      ...place.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that does not read its input closes the pipe before we have written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(place.input ?? '');
  const ended = new Promise<Ended>((settle, fail) => {
    child.once('error', fail);
    child.once('close', (code) => settle({ code, stdout, stderr }));
  });
  return { process: child, pid: child.pid!, said: () => ({ stdout, stderr }), ended };
}

/** Waits until `look` finds something. @throws naming what was waited for */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  patienceMs = 45_000,
): Promise<T> {
  for (const patience = performance.now() + patienceMs; performance.now() < patience; await sleep(50)) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Command lines of living processes whose environment or arguments name `folder`, by pid. */
export async function processesOf(folder: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  if (process.platform === 'linux') {
    // Not `ps`: slim images lack it.
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const [line, env] = await Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
      if (`${line} ${env}`.includes(folder)) found.set(Number(pid), line!.replaceAll('\0', ' ').trim());
    }
    return found;
  }
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,command=']);
  for (const line of stdout.split('\n')) if (line.includes(folder)) found.set(Number.parseInt(line, 10), line.trim());
  return found;
}
