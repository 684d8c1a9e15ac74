import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveSecret, SecretError, storeLocalSecret, type SecretSources } from '../../src/secrets.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const sources = (more: Partial<SecretSources> = {}): SecretSources => ({
  environment: {},
  secretsFolder: null,
  home: folder,
  vault: null,
  ...more,
});

async function refused(reference: string, more: Partial<SecretSources> = {}): Promise<SecretError> {
  const error: unknown = await resolveSecret(reference, sources(more)).catch((reason: unknown) => reason);
  if (error instanceof SecretError) return error;
  throw new Error(`${reference} was not refused`);
}

describe('a reference to the environment', () => {
  test('takes every variable with the prefix', async () => {
    const environment = {
      ACME_SHOPIFY_ACCESS_TOKEN: 't',
      ACME_SHOPIFY_SHOP_DOMAIN: 'a.myshopify.com',
      ACME_SHOPIFY2_X: 'n',
      ACME_SHOPIFY_EMPTY: '',
    };
    expect(await resolveSecret('env:ACME_SHOPIFY', sources({ environment }))).toEqual({
      access_token: 't',
      shop_domain: 'a.myshopify.com',
    });
  });

  test('says which variables to set', async () => {
    const error = await refused('env:ACME');
    expect(error.message).toBe('env:ACME: no variable begins with ACME_');
    expect(error.advice).toContain('ACME_API_KEY');
    expect((await refused('env:')).message).toContain('no prefix');
  });
});

describe('a reference to a file', () => {
  test('is read in the folder for secrets only, links included', async () => {
    const secretsFolder = join(folder, 'for-files');
    await mkdir(secretsFolder);
    await writeFile(join(secretsFolder, 'acme.json'), '{"api_key":"k","account_id":3}');
    await writeFile(join(folder, 'outside.json'), '{"api_key":"outside"}');
    await symlink(join(folder, 'outside.json'), join(secretsFolder, 'link.json'));
    expect(await resolveSecret('file:acme.json', sources({ secretsFolder }))).toEqual({ api_key: 'k', account_id: 3 });
    expect(await resolveSecret(`file:${join(secretsFolder, 'acme.json')}`, sources({ secretsFolder }))).toEqual({
      api_key: 'k',
      account_id: 3,
    });
    for (const path of ['../outside.json', join(folder, 'outside.json'), 'link.json', '.', '']) {
      expect((await refused(`file:${path}`, { secretsFolder })).message).toContain('does not lie in KPI_SECRETS_DIR');
    }
    expect((await refused('file:none.json', { secretsFolder })).message).toContain('ENOENT');
  });

  test('needs the whole path where no folder is set', async () => {
    await writeFile(join(folder, 'whole.json'), '{"api_key":"k"}');
    expect(await resolveSecret(`file:${join(folder, 'whole.json')}`, sources())).toEqual({ api_key: 'k' });
    expect((await refused('file:whole.json')).advice).toContain('KPI_SECRETS_DIR');
  });

  test('does not repeat what it cannot read', async () => {
    await writeFile(join(folder, 'broken.json'), '{"api_key":"hunter22"');
    await writeFile(join(folder, 'list.json'), '["hunter22"]');
    for (const name of ['broken.json', 'list.json']) {
      const error = await refused(`file:${join(folder, name)}`);
      expect(error.message).toContain('does not hold a JSON object');
      expect(String(error.stack)).not.toContain('hunter22');
    }
  });
});

describe('a local reference', () => {
  test('gives back what was typed, from a file that only its owner reads', async () => {
    expect(await storeLocalSecret('acme-n8n', { api_key: 'old' }, folder)).toBe('local:acme-n8n');
    await storeLocalSecret('acme-n8n', { api_key: 'k' }, folder);
    expect(await resolveSecret('local:acme-n8n', sources())).toEqual({ api_key: 'k' });
    expect((await stat(join(folder, 'secrets', 'acme-n8n.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'secrets'))).toEqual(['acme-n8n.json']);
  });

  test('is refused when others can read the file', async () => {
    await storeLocalSecret('open', { api_key: 'k' }, folder);
    await chmod(join(folder, 'secrets', 'open.json'), 0o644);
    expect((await refused('local:open')).advice).toMatch(/^Type: chmod 600 /);
  });

  test.each(['../x', 'a/b', '', '.hidden'])('%j is no id', async (id) => {
    expect((await refused(`local:${id}`)).message).toContain('no id');
    await expect(storeLocalSecret(id, {}, folder)).rejects.toThrow(/no id/);
  });

  test('that is not there says how to make it', async () => {
    expect((await refused('local:none')).advice).toContain('kpi connect');
  });
});

describe('a reference to Vault', () => {
  const token = 'hvs.hunter22hunter22';

  async function vaultThat(status: number, body: string, reference = 'vault:secret/tenant/76042235-5/shopify') {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push([request.url, request.headers['x-vault-token']]);
      response
        .writeHead(status, { 'content-type': 'application/json', ...(status === 301 ? { location: 'http://127.0.0.1:1/' } : {}) })
        .end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const vault = { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token };
    const result: unknown = await resolveSecret(reference, sources({ vault })).catch((error: unknown) => error);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    return { result, asked };
  }

  test('reads the entry of the KV v2 engine', async () => {
    const { result, asked } = await vaultThat(200, '{"data":{"data":{"access_token":"t"},"metadata":{"version":3}}}');
    expect(result).toEqual({ access_token: 't' });
    expect(asked).toEqual([['/v1/secret/data/tenant/76042235-5/shopify', token]]);
  });

  test.each([
    [403, '{"errors":["permission denied"]}', /refuses VAULT_TOKEN/, /policy/],
    [404, '{"errors":[]}', /no such entry/, /vault kv put -mount=secret tenant\/76042235-5\/shopify/],
    [503, '{"errors":["Vault is sealed"]}', /sealed/, /Unseal/],
    [301, '', /status 301/, /log of Vault/],
    [200, '{"data":{"access_token":"hunter22"}}', /something else than a KV v2 entry/, /version 2/],
    [200, '<html>hunter22', /something else than a KV v2 entry/, /version 2/],
  ])('status %i %s is told with what to do', async (status, body, problem, advice) => {
    const { result } = await vaultThat(status, body);
    expect(result).toBeInstanceOf(SecretError);
    const error = result as SecretError;
    expect(error.message).toMatch(problem);
    expect(error.message).toContain('vault:secret/tenant/76042235-5/shopify');
    expect(error.advice).toMatch(advice);
    expect(error.message + error.advice + String(error.stack)).not.toContain('hunter22');
  });

  test('that cannot be reached, is not configured, or has no path', async () => {
    const vault = { address: 'http://127.0.0.1:1', token };
    expect((await refused('vault:secret/a/b', { vault })).message).toContain('Vault at 127.0.0.1:1 cannot be reached');
    expect((await refused('vault:secret/a/b')).advice).toContain('VAULT_ADDR');
    for (const path of ['secret', '', 'secret/../sys/x', 'secret//x']) {
      expect((await refused(`vault:${path}`, { vault })).message).toContain('no path');
    }
  });
});

test('what is no reference may be a secret, and is not repeated', async () => {
  for (const text of ['shpat_hunter22', 'hunter22:x', '']) {
    const error = await refused(text);
    expect(error.message + error.reference + error.advice).not.toContain('hunter22');
  }
});
