import { describe, expect, test } from 'vitest';
import { chatwoot } from './index.ts';
import { chatwootSettings } from './settings.ts';

const sound = { base_url: 'https://chat.example.com', account_id: 7, api_access_token: 'x' };

describe('chatwoot settings', () => {
  test('the address may be pasted from the browser', () => {
    for (const pasted of [
      'https://chat.example.com/',
      'https://chat.example.com/app/accounts/7/dashboard',
      'https://chat.example.com/api/v1',
    ]) {
      expect(chatwootSettings.parse({ ...sound, base_url: pasted }).base_url).toBe('https://chat.example.com');
    }
    expect(chatwootSettings.parse({ ...sound, base_url: 'https://example.com/chat/' }).base_url).toBe('https://example.com/chat');
  });

  test('ids may come as text from a secret store, and parsing twice changes nothing', () => {
    const parsed = chatwootSettings.parse({ ...sound, account_id: '7', bot_user_ids: '3, 5', whatsapp_inbox_ids: '' });
    expect(parsed).toMatchObject({ account_id: 7, bot_user_ids: [3, 5], whatsapp_inbox_ids: [] });
    expect(chatwootSettings.parse(parsed)).toEqual(parsed);
  });

  test.each([
    { base_url: 'chat.example.com' },
    { base_url: 'ftp://x.y' },
    { base_url: 'https://u:p@x.y' },
    { account_id: 0 },
    { api_access_token: ' ' },
  ])('refused: %o', (wrong) => {
    expect(chatwootSettings.safeParse({ ...sound, ...wrong }).success).toBe(false);
  });

  test('two accounts of one installation are two accounts, whatever the way of writing the address', () => {
    const key = (settings: unknown) => chatwoot.accountKey(settings);
    expect(key({ ...sound, base_url: 'https://chat.example.com/app/' })).toBe(key(sound));
    expect(key({ ...sound, account_id: 8 })).not.toBe(key(sound));
    expect(chatwoot.host(sound)).toBe('https://chat.example.com');
  });
});
