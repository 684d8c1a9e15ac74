import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** An export is there to be fetched; whoever wants it again asks again. */
const DAYS = 7;

/** Deletes exports on this machine that nobody will fetch any more. */
export async function removeOldExports(folder: string, now = Date.now()): Promise<void> {
  const within = (place: string) => readdir(place).catch(() => []);
  for (const tenant of await within(folder)) {
    for (const job of await within(join(folder, tenant))) {
      const place = join(folder, tenant, job);
      const age = now - ((await stat(place).catch(() => null))?.mtimeMs ?? now);
      if (age > DAYS * 86_400_000) await rm(place, { recursive: true, force: true });
    }
    // Only an empty one goes.
    await rmdir(join(folder, tenant)).catch(() => undefined);
  }
}
