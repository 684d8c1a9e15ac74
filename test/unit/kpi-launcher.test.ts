import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kpi-launcher-'));
  await mkdir(join(folder, 'src'));
  await cp(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(async () => rm(folder, { recursive: true }));

type Ended = { readonly code: number | null; readonly signal: string | null; readonly output: string };

/** Starts the launcher on a stand-in for src/cli.ts; `onOutput` sees what it prints as it comes. */
async function launch(cli: string, args: readonly string[], onOutput: (pid: number) => void = () => {}): Promise<Ended> {
  await writeFile(join(folder, 'src/cli.ts'), cli);
  const child = spawn(process.execPath, [join(folder, 'bin/kpi.mjs'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    onOutput(child.pid ?? 0);
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

test('arguments go in and the exit code comes out', async () => {
  const cli = 'const words: string[] = process.argv.slice(2);\nprocess.stdout.write(words.join("|"));\nprocess.exitCode = 3;';
  expect(await launch(cli, ['sync', '--since', 'a b'])).toEqual({ code: 3, signal: null, output: 'sync|--since|a b' });
});

test('a signal reaches the real process, which may finish in its own way', async () => {
  const cli = `process.on('SIGTERM', () => { process.stdout.write('!'); process.exit(7); });\nprocess.stdout.write('up');\nsetInterval(() => {}, 1000);`;
  let sent = false;
  const ended = await launch(cli, [], (pid) => {
    if (!sent) process.kill(pid, 'SIGTERM');
    sent = true;
  });
  expect(ended).toEqual({ code: 7, signal: null, output: 'up!' });
});

test('a process that dies of a signal is seen to have died of it', async () => {
  const ended = await launch(`process.kill(process.pid, 'SIGKILL');`, []);
  expect(ended).toMatchObject({ code: null, signal: 'SIGKILL' });
});
