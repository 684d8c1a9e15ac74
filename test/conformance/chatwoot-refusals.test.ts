import { describe, expect, test } from 'vitest';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import { type SourceError } from '../../src/contract/index.ts';
import { first, read, readAll, startWorld, type World } from './chatwoot-world.ts';

describe('chatwoot, refusals', () => {
  const failing = async (world: World, change: Record<string, unknown>, name = 'conversations') => {
    const context = { ...world.context, settings: { ...world.settings, ...change } };
    return read(context, name, first).then(
      () => null,
      (error: unknown) => error,
    );
  };

  test('a wrong token, a foreign account, an unknown one and a suspended one each say what to do', async () => {
    const world = await startWorld();
    const wrong = await failing(world, { api_access_token: 'geheim-123' });
    expect(wrong).toMatchObject({ kind: 'config', code: 'unauthorized' });
    expect((wrong as SourceError).advice).toContain('underscores_in_headers');
    expect(await failing(world, { account_id: world.other.id })).toMatchObject({ kind: 'config', code: 'wrong_account' });
    world.account.suspended = true;
    expect(await failing(world, {})).toMatchObject({ kind: 'config', code: 'account_suspended' });
  });

  test("an agent's token is refused on every stream: it would silently read less", async () => {
    const world = await startWorld();
    const agent = world.account.users.find(({ role }) => role === 'agent')!;
    for (const { name } of chatwoot.streams) {
      expect(await failing(world, { api_access_token: agent.accessToken }, name)).toMatchObject({ kind: 'config', code: 'agent_token' });
    }
  });

  test('the rate limit is transient and waits for the next minute of the server', async () => {
    const world = await startWorld({ limits: { requestsPerMinute: 3 } });
    world.clock.now = new Date('2026-06-15T12:00:40Z');
    const error = await failing(world, {});
    expect(error).toMatchObject({ kind: 'transient', code: 'rate_limited', retryAfterMs: 20_500 });
  });

  test('check names version, account and what will be missing', async () => {
    const world = await startWorld();
    const report = await chatwoot.check(world.context);
    expect(report.version).toBe('4.15.1');
    expect(report.account).toBe(chatwoot.accountKey(world.settings));
    expect(report.findings.map(({ code }) => code)).toEqual(['api_inboxes']);
    const agent = world.account.users.find(({ role }) => role === 'agent')!;
    const asAgent = { ...world.context, settings: { ...world.settings, api_access_token: agent.accessToken } };
    expect((await chatwoot.check(asAgent)).findings.map(({ code, level }) => [code, level])).toEqual([['agent_token', 'error']]);
    const wrong = { ...world.context, settings: { ...world.settings, api_access_token: 'x' } };
    expect((await chatwoot.check(wrong)).findings.map(({ code }) => code)).toEqual(['unauthorized']);
  });
});

describe('chatwoot, what never leaves the connector', () => {
  test('no inbox secret, no contact, no message text, no token in any draft, reject, error or log', async () => {
    const world = await startWorld({ conversations: 100 });
    world.account.conversations[9]!.contact = null;
    const pages = await readAll(world);
    const wrong = { ...world.context, settings: { ...world.settings, api_access_token: 'un-token-malo' } };
    const error: unknown = await read(wrong, 'inboxes', first).catch((e: unknown) => e);
    const told = JSON.stringify([pages, world.logged, error, String(error), await chatwoot.check(world.context)]);
    const planted = [
      ...world.account.users.flatMap(({ accessToken, email }) => [accessToken, email]),
      ...world.account.inboxes.flatMap(({ secrets }) => JSON.stringify(secrets).match(/sandbox-[a-z]+-[0-9a-f]+/g) ?? []),
      ...world.account.conversations.flatMap(({ contact }) => (contact === null ? [] : [contact.name, contact.email, contact.phone])),
      ...world.account.conversations.flatMap(({ messages }) => messages.map(({ content }) => content)),
      ...world.account.csat.map(({ feedback }) => feedback),
      'un-token-malo',
    ];
    expect(planted.length).toBeGreaterThan(500);
    expect(planted.filter((secret) => told.includes(secret))).toEqual([]);
  });
});
