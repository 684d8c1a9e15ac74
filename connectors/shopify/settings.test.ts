import { describe, expect, test } from 'vitest';
import { shopify } from './index.ts';
import { shopifySettings } from './settings.ts';

const domain = { shop_domain: 'mi-tienda.myshopify.com' };
const token = { access_token: 'shpat_x' };

describe('settings', () => {
  test('a domain and a token are enough; the domain is lower-cased and is the account', () => {
    const settings = shopifySettings.parse({ shop_domain: ' Mi-Tienda.MyShopify.com ', ...token });
    expect(settings).toEqual({
      ...domain,
      ...token,
      api_version: '2026-10',
      tax_id_from: ['localized_field', 'attribute:rut'],
      reference_prefixes: [],
      erp_stores: [],
    });
    expect(shopify.accountKey(settings)).toBe('mi-tienda.myshopify.com');
    expect(shopify.host(settings)).toBe('https://mi-tienda.myshopify.com');
  });

  test('client credentials stand in for a token, but only together', () => {
    expect(shopifySettings.safeParse({ ...domain, client_id: 'a', client_secret: 'b' }).success).toBe(true);
    expect(shopifySettings.safeParse({ ...domain, client_id: 'a' }).success).toBe(false);
  });

  test('what is not a permanent domain is refused', () => {
    for (const shop of ['mi-tienda.cl', 'localhost', 'x.myshopify.com.evil.example', 'https://mi-tienda.myshopify.com', '']) {
      expect(shopifySettings.safeParse({ shop_domain: shop, ...token }).success, shop).toBe(false);
    }
  });

  test('what tells its orders from those of another shop in the books, however it is typed', () => {
    const read = (given: Record<string, unknown>) => shopifySettings.parse({ ...domain, ...token, ...given });
    expect(read({ reference_prefixes: ' web_#, WEB,sur-' }).reference_prefixes).toEqual(['WEB', 'SUR']);
    expect(read({ erp_stores: ['team:Tienda Sur ', 'website:2'] }).erp_stores).toEqual(['team:tienda sur', 'website:2']);
  });

  test('another origin is taken without its path', () => {
    const settings = shopifySettings.parse({ ...domain, ...token, api_base_url: 'http://127.0.0.1:4010/x/' });
    expect(settings.api_base_url).toBe('http://127.0.0.1:4010');
    expect(shopify.host(settings)).toBe('http://127.0.0.1:4010');
    expect(shopifySettings.safeParse({ ...domain, ...token, api_base_url: 'file:///etc/passwd' }).success).toBe(false);
  });

  test('every field is described, secrets are marked', () => {
    const fields = Object.entries(shopifySettings.shape);
    expect(fields.filter(([, field]) => (field.description ?? '') === '').map(([name]) => name)).toEqual([]);
    const secrets = fields.filter(([, field]) => field.meta()?.['secret'] === true).map(([name]) => name);
    expect(secrets).toEqual(['access_token', 'client_secret', 'webhook_secret']);
  });
});
