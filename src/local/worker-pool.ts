import { join, resolve } from 'node:path';
import { startChild, type Child } from './child-process.ts';

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
    const child = startChild(cli, ['worker'], { env, logFile: join(home, 'worker.log'), stdout: 'ignore' });
    children.add(child);
    child.process.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'peak_mb' in message) peak = Math.max(peak, Number(message.peak_mb));
    });
    void child.ended.then(() => {
      children.delete(child);
      if (stopping) return;
      onDeath(child.process.pid);
      setTimeout(() => {
        if (!stopping) start();
      }, 500);
    });
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
