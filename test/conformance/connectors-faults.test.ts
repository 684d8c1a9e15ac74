import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { FAULT_KINDS, type FaultKind } from '../../src/sandbox/faults.ts';
import { sandboxes, type Sandbox } from './support-sandboxes.ts';
import { errorOf, fromStart, readerOf, readPages, recordsOf } from './support.ts';

/** What a lasting fault has to become, whatever the source. */
const kindOf: Record<FaultKind, 'config' | 'transient'> = {
  'rate-limited': 'transient',
  'rate-limited-retry-after': 'transient',
  'server-error': 'transient',
  'bad-gateway-html': 'transient',
  'html-200': 'config',
  hang: 'transient',
  reset: 'transient',
  'truncated-json': 'transient',
  unauthorized: 'config',
};
const passing = FAULT_KINDS.filter((fault) => fault !== 'unauthorized');
const quick = passing.filter((fault) => fault !== 'hang');
const LASTING = 1000;
/** Of one attempt. Long enough for an honest answer on a busy machine, short enough to wait for some that never come. */
const DEADLINE_MS = 1000;

describe.each(connectors.filter(({ id }) => id in sandboxes))('connector $id', (connector) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await sandboxes[connector.id]!();
  });
  afterEach(() => sandbox.server.faults.clear());
  afterAll(() => sandbox.server.close());

  describe.each(connector.streams.map((stream) => ({ name: stream.name, stream })))('stream $name', ({ stream }) => {
    test.each(FAULT_KINDS)('%s that lasts becomes an error of the right kind, with advice and without a secret', async (fault) => {
      const timeoutMs = fault === 'hang' ? 150 : DEADLINE_MS;
      const reader = readerOf(connector, sandbox, { timeoutMs });
      sandbox.server.faults.next(fault, LASTING);
      const error = await errorOf(readPages(stream, reader, fromStart));
      expect({ fault, kind: error.kind, code: error.code }).toMatchObject({ kind: kindOf[fault] });
      if (fault === 'html-200') expect(error.code).toBe('html_answer');
      if (fault === 'unauthorized') expect(error.code).toBe('unauthorized');
      expect(error.message.length).toBeGreaterThan(20);
      expect(error.advice.length).toBeGreaterThan(10);
      const said = inspect(error, { depth: 12, showHidden: true }) + reader.logged();
      for (const secret of reader.secrets) expect(said.includes(secret)).toBe(false);
    });

    test.each(quick)('%s met once costs no row and doubles none', async (fault) => {
      const whole = recordsOf(await readPages(stream, readerOf(connector, sandbox), fromStart));
      const reader = readerOf(connector, sandbox, { timeoutMs: DEADLINE_MS });
      sandbox.server.faults.next(fault);
      const read = await readPages(stream, reader, fromStart);
      expect(recordsOf(read)).toEqual(whole);
    });

    test('faults of all sorts on the way cost no row and double none', async () => {
      const plain = await readPages(stream, readerOf(connector, sandbox), fromStart);
      sandbox.server.faults.random(0.15, quick, 11);
      const troubled = await readPages(stream, readerOf(connector, sandbox, { timeoutMs: DEADLINE_MS }), fromStart);
      expect(troubled).toEqual(plain);
    });

    test('ends soon after it is asked to, also while the source is silent', async () => {
      const controller = new AbortController();
      const reader = readerOf(connector, sandbox, { signal: controller.signal });
      sandbox.server.faults.next('hang', LASTING);
      const reading = readPages(stream, reader, fromStart).then(
        () => 'read to the end',
        () => 'ended',
      );
      setTimeout(() => controller.abort(), 50);
      // A bound for "it hangs", not a measured time.
      const hanging = new Promise<string>((resolve) => void setTimeout(() => resolve('it hangs'), 5000).unref());
      expect(await Promise.race([reading, hanging])).toBe('ended');
    });

    test('sends nothing once it was asked to end', async () => {
      const reader = readerOf(connector, sandbox, { signal: AbortSignal.abort() });
      const sent = sandbox.server.requests();
      await expect(readPages(stream, reader, fromStart)).rejects.toBeInstanceOf(Error);
      expect(sandbox.server.requests()).toBe(sent);
    });
  });

  test.each(passing)('check survives %s met once', async (fault) => {
    const reader = readerOf(connector, sandbox, { timeoutMs: fault === 'hang' ? 150 : DEADLINE_MS });
    sandbox.server.faults.next(fault);
    const report = await connector.check(reader.context);
    expect(report.findings.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('check with a key that is refused says so, as an error or a finding', async () => {
    const reader = readerOf(connector, sandbox);
    sandbox.server.faults.next('unauthorized', LASTING);
    const said = await connector.check(reader.context).then(
      ({ findings }) => findings.filter(({ level }) => level === 'error').map(({ code }) => code),
      (error: unknown) => [(error as { code?: string }).code],
    );
    expect(said).toContain('unauthorized');
  });

  test('an address where nobody answers is transient, and a check of it ends', async () => {
    const closed = await sandboxes[connector.id]!();
    await closed.server.close();
    const reader = readerOf(connector, closed);
    expect(await errorOf(readPages(connector.streams[0]!, reader, fromStart))).toMatchObject({
      kind: 'transient',
      code: 'connection_refused',
    });
    await connector.check(reader.context).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
  });
});
