import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';

export interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Asks it to end (SIGTERM) and waits; after ten seconds it is killed. */
  stop(): Promise<void>;
}

/** Starts a program of this checkout under the Node that runs us. It has a channel to us: when we are gone, it ends by itself. */
export function startChild(
  file: string,
  args: readonly string[],
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly logFile: string;
    readonly stdout: 'pipe' | 'ignore';
    readonly nodeFlags?: readonly string[];
  },
): Child {
  const log = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, [...(options.nodeFlags ?? []), file, ...args], {
    env: options.env,
    stdio: ['ignore', options.stdout, log, 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  return {
    process: child,
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(impatient);
    },
  };
}
