// Adds to package-lock.json the optional platform packages (name-os-cpu) that npm left out while locking.
//
// npm leaves an optional package out of the lock, without a word, when the registry in use does not hold it, and `npm ci` then refuses
// the lock ("Missing: … from lock file"). The entries written here carry no integrity: they are never installed on a platform that they
// do not name. Run it after every change of a dependency: node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];

/** os, cpu and libc as the package's own name states them, e.g. binding-linux-arm64-musl. */
function platformOf(name) {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const at = words.findIndex((word) => systems.includes(word));
  if (at < 0 || words[at + 1] === undefined) return undefined;
  const libc = words.slice(at + 2).find((word) => /^(gnu|musl)/.test(word));
  return {
    os: [words[at]],
    cpu: [words[at + 1]],
    ...(words[at] === 'linux' && libc !== undefined ? { libc: [libc.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
  };
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = {};
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (path === '' || lock.packages[key] !== undefined || lock.packages[`${path}/${key}`] !== undefined) continue;
    const platform = platformOf(name);
    if (platform === undefined) {
      process.stderr.write(`left out: ${name} (its name states no platform)\n`);
      continue;
    }
    if (!/^\d+\.\d+\.\d+/.test(version)) {
      process.stderr.write(`left out: ${name} (version ${version} is a range)\n`);
      continue;
    }
    added[key] = { version, ...platform, ...(entry.dev ? { dev: true } : {}), optional: true };
  }
}
const packages = { ...lock.packages, ...added };
lock.packages = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stderr.write(`${Object.keys(added).length} platform packages added\n`);
