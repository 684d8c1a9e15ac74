import { readdir, readFile } from 'node:fs/promises';

/** Ticks in a second that Linux counts processor time in, wherever Node runs. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  /** Own time, and that of children that have ended. */
  readonly ticks: number;
}

/** Processor seconds that a process has used so far, with all its children, those that have ended included. Linux only. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stats = new Map<number, Stat>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null);
    if (text !== null) stats.set(Number(name), parse(text));
  }
  const family = [pid];
  for (const one of family) for (const [child, { parent }] of stats) if (parent === one) family.push(child);
  return family.reduce((sum, one) => sum + (stats.get(one)?.ticks ?? 0), 0) / TICKS;
}

/** The process above this one. */
export async function parentOf(pid: number): Promise<number> {
  return parse(await readFile(`/proc/${pid}/stat`, 'utf8')).parent;
}

/** The second field is the program's name in brackets and may hold anything. */
function parse(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) };
}
