import { afterEach, describe, expect, test } from 'vitest';
import { n8n } from '../../connectors/n8n/index.ts';
import { PLANTED_SECRET } from '../../src/sandbox/n8n/model.ts';
import type { N8nRelease } from '../../src/sandbox/n8n/release.ts';
import { ACME, closeServers, failure, grow, read, serve } from './n8n-account.ts';

afterEach(closeServers);

describe('secrets and rights', () => {
  test.each(['1.123', '2.41'] satisfies N8nRelease[])(
    'n8n %s: planted secrets and personal data appear in no page, cursor or log line',
    async (release) => {
      const account = await serve(grow(), { release });
      account.server.faults.next('server-error');
      const executions = await read(account.context(), 'executions');
      const workflows = await read(account.context(), 'workflows');
      const everything = JSON.stringify([executions.pages, workflows.pages, account.said]);
      expect(everything).not.toContain(PLANTED_SECRET);
      expect(everything).not.toMatch(/persona@|sandbox-n8n-key|resumeToken|parameters/);
    },
  );

  test('a wrong key is a config error that names the remedy and not the key', async () => {
    const account = await serve(grow());
    const error = await failure(read(account.context({ api_key: 'wrong-key-0001' }), 'executions'));
    expect(error).toMatchObject({ kind: 'config', code: 'unauthorized' });
    expect(`${error.message} ${error.advice} ${JSON.stringify(error)}`).not.toContain('wrong-key-0001');
    expect(error.advice).toContain('Settings > n8n API');
    const report = await n8n.check(account.context({ api_key: 'wrong-key-0001' }));
    expect(report.findings).toEqual([expect.objectContaining({ level: 'error', code: 'unauthorized' })]);
  });

  test.each([
    ['1.123', 'forbidden'],
    ['2.41', 'missing_scope'],
  ] as const)('n8n %s: a key without a scope is found by check as %s', async (release, code) => {
    const account = await serve(grow(), { release, apiKeys: { narrow: ['workflow:list'] } });
    const report = await n8n.check(account.context({ api_key: 'narrow' }));
    expect(report.findings).toEqual([expect.objectContaining({ level: 'error', code })]);
    const error = await failure(read(account.context({ api_key: 'narrow' }), 'executions'));
    expect(error).toMatchObject({ kind: 'config', code: 'forbidden' });
  });

  test('check names workflows of nobody, and those that do not save successes', async () => {
    const account = await serve(grow());
    const report = await n8n.check(account.context({ tag: ACME }));
    expect(report.account).toBe(new URL(account.server.url).host);
    expect(report.findings.map((finding) => [finding.level, finding.code])).toEqual([
      ['warning', 'workflows_of_nobody'],
      ['warning', 'successes_not_saved'],
    ]);
  });

  test('check warns of a tag that matches nothing', async () => {
    const account = await serve(grow());
    const report = await n8n.check(account.context({ tag: 'tenant:gamma' }));
    expect(report.findings.map((finding) => finding.code)).toContain('scope_matches_nothing');
  });

  test('an address that is no n8n is a config error', async () => {
    const account = await serve(grow());
    const error = await failure(read(account.context({ base_url: `${account.server.url}/elsewhere` }), 'executions'));
    expect(error).toMatchObject({ kind: 'config', code: 'not_found' });
  });
});
