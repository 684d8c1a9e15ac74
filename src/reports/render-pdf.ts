import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pLimit from 'p-limit';
import { ChromiumError } from './find-chromium.ts';

export interface PdfOptions {
  /** Its path. */
  readonly chromium: string;
  /** Longest that one page may take; default 60 s. */
  readonly timeoutMs?: number;
}

/** A page of our own, or an address with what may wait there until it has drawn itself. */
export type PdfSource = { readonly html: string } | { readonly url: string };

// A Chromium takes some hundred MB: one at a time in a process.
const oneAtATime = pLimit(1);
const TIMEOUT_MS = 60_000;
/** Time that scripts of a foreign page have, as the page counts it. */
const PATIENCE_MS = 20_000;

const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--no-pdf-header-footer',
] as const;

/**
 * Prints a page as a PDF by a headless Chromium with a profile of its own, which is deleted afterwards.
 * @throws ChromiumError when it ends without a PDF or takes too long
 */
export async function renderPdf(source: PdfSource, options: PdfOptions): Promise<Buffer> {
  return oneAtATime(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kpi-report-'));
    try {
      return await printIn(folder, source, options);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

async function printIn(folder: string, source: PdfSource, { chromium, timeoutMs = TIMEOUT_MS }: PdfOptions): Promise<Buffer> {
  const out = join(folder, 'report.pdf');
  const page = join(folder, 'report.html');
  if ('html' in source) await writeFile(page, source.html, { mode: 0o600 });
  const args = [
    ...FLAGS,
    // Root has no sandbox to give away, and Chromium refuses to start one for it.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...('url' in source ? [`--virtual-time-budget=${PATIENCE_MS}`] : []),
    `--user-data-dir=${join(folder, 'profile')}`,
    `--print-to-pdf=${out}`,
    'url' in source ? source.url : pathToFileURL(page).href,
  ];
  const { timedOut, code, said } = await run(chromium, args, folder, timeoutMs);
  const pdf = await readFile(out).catch(() => null);
  if (timedOut)
    throw new ChromiumError(`Chromium has not printed the report within ${timeoutMs / 1000} s`, 'Try again when the machine is less busy');
  if (pdf?.subarray(0, 5).toString('latin1') === '%PDF-') return pdf;
  throw new ChromiumError(
    `Chromium ended (${String(code)}) without a PDF: ${said}`,
    'Where it has no sandbox, as in a container, set CHROMIUM_FLAGS=--no-sandbox',
  );
}

/** It gets nothing of our environment: there are secrets in it. It runs in a process group of its own, so that its helpers end with it. */
async function run(chromium: string, args: readonly string[], home: string, timeoutMs: number) {
  const { PATH = '/usr/bin:/bin', CHROMIUM_FLAGS } = process.env;
  const flags = CHROMIUM_FLAGS === undefined ? [] : CHROMIUM_FLAGS.split(/\s+/).filter((flag) => flag !== '');
  const child = spawn(chromium, [...flags, ...args], {
    env: { PATH, HOME: home, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let timedOut = false;
  const end = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group has ended already.
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeoutMs);
  process.once('exit', end);
  try {
    const code = await new Promise<number | string | null>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (exit, signal) => resolve(exit ?? signal));
    });
    return { code, timedOut, said: lastLine(said) };
  } finally {
    clearTimeout(timer);
    process.off('exit', end);
    // Also after a clean end: a helper that lingers would write into the folder that is deleted next.
    end();
  }
}

/** Chromium's last complaint, without addresses: one may carry a signed token. */
function lastLine(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line.replaceAll(/\b(?:https?|file):\S+/g, '…').slice(0, 300);
}
