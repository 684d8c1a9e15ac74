import { describe, expect, test } from 'vitest';
import { accountKey } from './account.ts';
import { settings } from './settings.ts';

const least = { base_url: 'https://erp.example.cl', api_key: 'llave', company_id: 1 };

describe('settings', () => {
  test.each([
    [1, [1]],
    ['2', [2]],
    ['3, 1', [1, 3]],
    [
      [3, '1', 3],
      [1, 3],
    ],
  ])('company_id %o is %o', (company_id, ids) => {
    expect(settings.parse({ ...least, company_id }).company_id).toEqual(ids);
  });

  test.each([0, -1, 1.5, 'uno', [], '', null])('company_id %o is refused', (company_id) => {
    expect(settings.safeParse({ ...least, company_id }).success).toBe(false);
  });

  test.each([
    'https://erp.example.cl/',
    'https://erp.example.cl/web/login?db=x',
    'https://erp.example.cl/odoo',
    'https://erp.example.cl/json/2',
  ])('the address %s is cut to the server', (base_url) => {
    expect(settings.parse({ ...least, base_url }).base_url).toBe('https://erp.example.cl');
  });

  test('reading settings twice changes nothing', () => {
    const once = settings.parse({ ...least, company_id: '3,1' });
    expect(settings.parse(once)).toEqual(once);
  });

  test.each([
    [{ api_key: undefined }, 'api_key'],
    [{ api_key: undefined, password: 'x' }, 'username'],
    [{ base_url: 'https://user:pass@erp.example.cl' }, 'base_url'],
    [{ base_url: 'erp.example.cl' }, 'base_url'],
  ])('%o is refused', (change, field) => {
    expect(settings.safeParse({ ...least, ...change }).error?.issues[0]?.path).toEqual([field]);
  });

  test('the account is the database and its companies, wherever it is reached', () => {
    const at = (base_url: string) => accountKey(settings.parse({ ...least, base_url, company_id: '3,1' }), { database_uuid: 'u' });
    expect(at('https://a.example')).toBe('u:1,3');
    expect(at('https://b.example')).toBe('u:1,3');
    expect(accountKey(settings.parse({ ...least, db: 'tienda' }))).toBe('erp.example.cl/tienda:1');
  });
});
