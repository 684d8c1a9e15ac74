import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild, type Child } from './child-process.ts';

// As bin/kpi.mjs starts it: without a bound V8 lets garbage gather up to a share of the machine's memory.
const WORKER_FLAGS = ['--max-old-space-size=192', '--max-semi-space-size=8'];

export interface WorkerPool {
  /** Largest resident memory of any worker so far, in MB. */
  readonly peakMb: () => number;
  stop(): Promise<void>;
}

/**
 * Runs the real worker in processes of its own, as an operator would, and starts another when one dies: that is what a service manager
 * does, and killing one on purpose must not end a demo.
 */
export function startWorkers(count: number, env: NodeJS.ProcessEnv, home: string, onDeath: (pid: number | undefined) => void): WorkerPool {
  const cli = resolve(import.meta.dirname, '../cli.ts');
  let peak = 0;
  let stopping = false;
  const children = new Set<Child>();
  const start = (): void => {
    const child = startChild(cli, ['worker'], { env, logFile: join(home, 'worker.log'), stdout: 'ignore', nodeFlags: WORKER_FLAGS });
    children.add(child);
    child.process.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'peak_mb' in message) peak = Math.max(peak, Number(message.peak_mb));
    });
    const succeed = async (): Promise<void> => {
      await child.ended;
      children.delete(child);
      if (stopping) return;
      onDeath(child.process.pid);
      await sleep(500);
      if (!stopping) start();
    };
    void succeed();
  };
  for (let i = 0; i < count; i++) start();
  return {
    peakMb: () => peak,
    stop: async () => {
      stopping = true;
      await Promise.all([...children].map((child) => child.stop()));
    },
  };
}
