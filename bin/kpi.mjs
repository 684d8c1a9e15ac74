#!/usr/bin/env node
// Starts src/cli.ts under a Node that runs TypeScript. Plain JavaScript on purpose: it must load on the Node 20 of an empty machine.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Type stripping is stable from 24.12 on. */
function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 12);
}

/** The Node 24 that npm installed for this platform as an optional dependency, if there is one. */
function installedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const folder = dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`));
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

const node = isNewEnough(process.versions.node) ? process.execPath : installedNode();
if (node === undefined) {
  process.stderr.write(
    `kpi needs Node 24.12 or newer and found ${process.versions.node}. Run "npm ci" in ${root} (on Linux and Windows it brings Node 24), ` +
      'or install Node 24 from https://nodejs.org and try again.\n' +
      `kpi necesita Node 24.12 o superior y encontró ${process.versions.node}. Ejecute "npm ci" en ${root} (en Linux y Windows trae Node 24), ` +
      'o instale Node 24 desde https://nodejs.org e inténtelo de nuevo.\n',
  );
  process.exit(1);
}

// A worker runs for weeks; without a bound V8 lets garbage gather up to a share of the machine's memory. It needs about 120 MB of heap.
const flags = process.argv[2] === 'worker' ? ['--max-old-space-size=192', '--max-semi-space-size=8'] : [];
const child = spawn(node, [...flags, join(root, 'src', 'cli.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal sends Ctrl-C to the whole group, so the child has it already; a process manager signals only this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on('error', (error) => {
  process.stderr.write(`kpi could not start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  // Die of the same signal, so that whoever waits for this process sees what happened to the real one.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
