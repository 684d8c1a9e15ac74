import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const STATE = z.object({
  database: z.string(),
  seed: z.number(),
  anchor: z.string(),
  orders: z.number(),
  ports: z.record(z.string(), z.number()),
  tenants: z.array(z.object({ id: z.string(), rut: z.string(), name: z.string(), readerUrl: z.string() })),
});

/** What a demo must remember to be resumed: its world, and the tenants made for it. */
export type DemoState = z.infer<typeof STATE>;

const fileOf = (home: string) => join(home, 'demo.json');

/** @returns null when no demo has run here */
export async function readDemoState(home: string): Promise<DemoState | null> {
  try {
    return STATE.parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
  } catch {
    return null;
  }
}

/** Kept readable by its owner only: it holds readers' URLs. */
export async function writeDemoState(home: string, state: DemoState): Promise<void> {
  await mkdir(home, { recursive: true });
  await writeFile(fileOf(home), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}
