import { describe, expect, test } from 'vitest';
import { n8n } from './index.ts';

describe('settings', () => {
  const parse = (settings: Record<string, unknown>) =>
    n8n.settings.safeParse({ base_url: 'https://n8n.example.cl', api_key: 'k', ...settings });

  test('the address is taken with or without the path of the API; the account is host and path', () => {
    expect(n8n.accountKey({ base_url: 'https://example.cl/n8n/api/v1/', api_key: 'k' })).toBe('example.cl/n8n');
    expect(n8n.accountKey({ base_url: 'https://example.cl/n8n', api_key: 'other' })).toBe('example.cl/n8n');
    expect(n8n.host({ base_url: 'https://example.cl/n8n', api_key: 'k' })).toBe('https://example.cl');
  });

  test.each([{ base_url: 'ftp://example.cl' }, { base_url: 'https://ana:clave@example.cl' }, { api_key: ' ' }, { tag: 'a,b' }])(
    '%j is refused',
    (settings) => {
      expect(parse(settings).success).toBe(false);
    },
  );
});
