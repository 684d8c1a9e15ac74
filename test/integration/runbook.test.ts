import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';
import { kpi } from '../support/processes.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Every `kpi …` of the runbook, in blocks and within sentences, up to a comment. */
async function commands(): Promise<string[]> {
  const text = await readFile(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split('\n'));
  const within = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`(kpi [^`]+)`/g)].map(([, one]) => one!);
  return [...new Set([...blocks, ...within].map((line) => line.split('#')[0]!.trim()).filter((line) => line.startsWith('kpi ')))];
}

/** Words as a shell would part them. */
const parted = (line: string) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);

test('every command of the runbook exists, with every option it is given', async () => {
  const lines = await commands();
  expect(lines.length).toBeGreaterThan(40);
  const asked = new Map<string, Promise<string>>();
  const helpOf = (path: readonly string[]) => {
    const key = path.join(' ');
    const help = asked.get(key) ?? kpi([...path, '--help'], { home: tmpdir() }).then(({ code, stdout }) => (code === 0 ? stdout : ''));
    asked.set(key, help);
    return help;
  };
  const names = async (path: readonly string[]) =>
    [...((await helpOf(path)).split('Commands:')[1] ?? '').matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name!);
  const top = await names([]);
  for (const line of lines) {
    const words = parted(line).slice(1);
    expect(top, line).toContain(words[0]);
    const below = await names([words[0]!]);
    if (below.length > 0) expect(below, line).toContain(words[1]);
    const path = words.slice(0, below.length > 0 ? 2 : 1);
    const help = await helpOf(path);
    expect(help, line).toContain(`Usage: kpi ${path.join(' ')}`);
    for (const option of words.filter((word) => word.startsWith('--'))) expect(help, line).toMatch(new RegExp(`${option}\\b`));
    const only = words[0] === 'doctor' ? (words[words.indexOf('--only') + 1] ?? '') : '';
    if (words.includes('--only') && words[0] === 'doctor')
      expect(
        CHECKS.map(({ name }) => name),
        line,
      ).toEqual(expect.arrayContaining(only.split(',')));
  }
});
