import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium } from '../../src/reports/find-chromium.ts';
import { renderPdf } from '../../src/reports/render-pdf.ts';

vi.setConfig({ testTimeout: 90_000 });

const chromium = await findChromium(process.env['KPI_CHROMIUM'] ?? null).catch(() => null);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kpi-chromium-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** A program in Chromium's place. */
async function pretender(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('kpi-report-'));

test('without Chromium it says what to install', async () => {
  await expect(findChromium(join(folder, 'none'))).rejects.toMatchObject({
    message: expect.stringContaining('KPI_CHROMIUM'),
    advice: expect.stringContaining('apt-get install chromium'),
  });
});

test('a Chromium that ends without a PDF is an error with its last words, without the signed address', async () => {
  const failing = await pretender('failing', 'echo "cannot open https://bi.example.cl/embed/dashboard/secret-token now" >&2; exit 3');
  const error: unknown = await renderPdf({ url: 'https://bi.example.cl/embed/dashboard/secret-token' }, { chromium: failing }).catch(
    (e: unknown) => e,
  );
  expect(String(error)).toMatch(/\(3\) without a PDF: cannot open … now/);
  expect(String(error)).not.toContain('secret-token');
});

test('a Chromium that hangs is ended with its helpers, and leaves no files', async () => {
  const before = await leftovers();
  const pids = join(folder, 'pids');
  const hanging = await pretender('hanging', `sleep 300 & echo $! > ${pids}; sleep 300`);
  await expect(renderPdf({ html: '<p>x</p>' }, { chromium: hanging, timeoutMs: 1500 })).rejects.toThrow('within 1.5 s');
  expect(await leftovers()).toEqual(before);
});

test('Chromium gets nothing of our environment', async () => {
  const seen = join(folder, 'env');
  const curious = await pretender('curious', `env > ${seen}; exit 1`);
  vi.stubEnv('KPI_ROLE_SECRET', 'do-not-tell');
  await renderPdf({ html: '' }, { chromium: curious }).catch(() => undefined);
  vi.unstubAllEnvs();
  expect(await readFile(seen, 'utf8')).not.toContain('do-not-tell');
});

describe.skipIf(chromium === null)('with a Chromium (skipped without one: apt-get install chromium, or set KPI_CHROMIUM)', () => {
  test('a page of ours becomes a PDF, also two at once', async () => {
    const pdfs = await Promise.all(
      ['<h1>Uno</h1>', '<h1>Dos</h1>'].map(async (page) => renderPdf({ html: page }, { chromium: chromium! })),
    );
    for (const pdf of pdfs) {
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      expect(pdf.toString('latin1').trimEnd()).toMatch(/%%EOF$/);
    }
  });

  test('a page at an address is printed once its script has drawn it', async () => {
    const server: Server = createServer((request, response) => {
      if (request.url === '/data') setTimeout(() => response.end('x'), 300);
      else
        response.setHeader('content-type', 'text/html').end(
          `<body><script>fetch('/data').then(() => setTimeout(() => {
             document.body.innerHTML = '<div style="break-after:page">1</div><div style="break-after:page">2</div><div>3</div>';
           }, 2000))</script></body>`,
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const pdf = await renderPdf({ url: `http://127.0.0.1:${port}/` }, { chromium: chromium! });
      expect(pdf.toString('latin1')).toMatch(/\/Count 3\b/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
