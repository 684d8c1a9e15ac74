import { describe, expect, test } from 'vitest';
import { createLog, type LogOptions } from '../../src/log.ts';

function opened(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', readable: false, write: (line) => void lines.push(line), ...options });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> };
}

describe('the log', () => {
  test('writes one JSON object a line, with level, time and message', () => {
    const { log, lines, last } = opened();
    log.info({ stream: 'orders', rows: 3 }, 'page written');
    log.debug({}, 'left out at this level');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(last()).toMatchObject({ level: 'info', stream: 'orders', rows: 3, message: 'page written' });
    expect(last()['time']).toMatch(/^\d{4}-.*Z$/);
  });

  test('hides fields with the name of a secret at any depth, and keeps counts and references', () => {
    const { log, last } = opened();
    log.warn(
      {
        settings: { api_key: 'a1', nested: [{ accessToken: 'a2', password: { old: 'a3' } }] },
        Authorization: 'Bearer a4',
        token: 7,
        secret_ref: 'env:ACME',
      },
      'connected',
    );
    expect(JSON.stringify(last())).not.toMatch(/"?a[1-4]"/);
    expect(last()).toMatchObject({ token: 7, secret_ref: 'env:ACME', settings: { api_key: '[secret]' } });
  });

  test('hides values it was told of, in messages, fields, errors and child logs, from then on', () => {
    const { log, lines } = opened();
    const child = log.child({ tenant: 't1' });
    log.hide(['s3cr3t"x', 'abc']);
    const error = new Error('refused s3cr3t"x', { cause: new Error('because of s3cr3t"x') });
    child.error({ err: error, list: ['s3cr3t"x'] }, 'failed with s3cr3t"x abc');
    expect(lines[0]).not.toContain('s3cr3t');
    expect(lines[0]).toContain('abc');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      tenant: 't1',
      err: { message: 'refused [secret]', cause: { message: 'because of [secret]' } },
    });
  });

  test('hides the password of an address, and what libraries hang on their errors', () => {
    const { log, lines } = opened();
    const error = Object.assign(new Error('connect postgres://kpi:hunter22@db/kpi'), {
      config: { headers: { authorization: 'hunter22' } },
    });
    log.error({ err: error, n: 2n }, 'no database');
    expect(lines[0]).not.toContain('hunter22');
    expect(lines[0]).toContain('postgres://[secret]@db/kpi');
  });

  test('a ring of objects does not stop it', () => {
    const { log, last } = opened();
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    log.info({ ring }, 'round');
    expect(last()['message']).toBe('round');
  });

  test('on a terminal it writes readable lines', () => {
    const { log, lines } = opened({ readable: true });
    log.warn({ stream: 'orders', rows: [1] }, 'slow');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d WARN {2}slow {2}stream=orders {2}rows=\[1\]\n$/);
  });
});
