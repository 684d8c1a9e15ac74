import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const mark = (home: string) => join(home, 'kept');

/** Remembers that somebody wants the local database to stay up: a demo that ends then leaves it alone. */
export async function keepCluster(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  await writeFile(mark(home), '');
}

export async function isKept(home: string): Promise<boolean> {
  return stat(mark(home)).then(
    () => true,
    () => false,
  );
}

export async function releaseCluster(home: string): Promise<void> {
  await rm(mark(home), { force: true });
}
