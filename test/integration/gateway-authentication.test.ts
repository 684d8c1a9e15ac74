import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revokeServiceToken } from '../../src/store/service-tokens.ts';
import { GatewayRig, type Answer } from '../support/gateway-rig.ts';

let rig: GatewayRig;
let freshness: string;
beforeAll(async () => {
  rig = await GatewayRig.open();
  freshness = `/api/tenants/${rig.two.a.tenantId}/freshness`;
});
afterAll(async () => rig.close());

const seconds = () => Math.floor(Date.now() / 1000);
const ask = (token: string | null, headers?: Record<string, string>) => rig.ask(token, freshness, undefined, headers);

/** What a refusal says, without its number. */
function said({ status, body, headers }: Answer) {
  const { request_id: _, ...rest } = body;
  return { status, ...rest, kind: headers.get('content-type') };
}
const REFUSED = {
  type: 'about:blank',
  title: 'No autenticado',
  status: 401,
  detail: 'Falta una credencial válida.',
  code: 'unauthorized',
  kind: 'application/problem+json; charset=utf-8',
};

describe('a session of Clerk', () => {
  test('of a user of the company is taken', async () => {
    const answer = await ask(await rig.session('ANA'));
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([200, expect.stringContaining('shopify')]);
  });

  test('a few seconds before or after its time is taken', async () => {
    expect((await ask(await rig.session('ANA', { exp: seconds() - 2 }))).status).toBe(200);
    expect((await ask(await rig.session('ANA', { nbf: seconds() + 2 }))).status).toBe(200);
  });

  test.each<[string, () => Promise<string>]>([
    ['that has expired', () => rig.session('ANA', { exp: seconds() - 30 })],
    ['that is not valid yet', () => rig.session('ANA', { nbf: seconds() + 60 })],
    ['without an expiry', () => rig.session('ANA', { exp: undefined })],
    ['of another issuer', () => rig.session('ANA', { iss: 'https://clerk.otro.cl' })],
    ['made for another site', () => rig.session('ANA', { azp: 'https://otro.cl' })],
    ['that does not say for which site', () => rig.session('ANA', { azp: undefined })],
    ['that is pending', () => rig.session('ANA', { sts: 'pending' })],
    ['without a user', () => rig.session('ANA', { sub: undefined })],
    ['of a user that was deleted', () => rig.session('ANA_gone')],
    [
      'signed by another key of the same name',
      async () => rig.keys.session('user_ANA', {}, {}, (await generateKeyPair('RS256')).privateKey),
    ],
    [
      'signed with the public key as a shared secret',
      async () => rig.keys.session('user_ANA', {}, { alg: 'HS256' }, await rig.keys.publicKeyText()),
    ],
    [
      'signed by nobody (alg none)',
      async () => {
        const [, payload] = (await rig.session('ANA')).split('.');
        return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
      },
    ],
    [
      'whose contents were changed',
      async () => {
        const [header, payload, signature] = (await rig.session('BETO')).split('.') as [string, string, string];
        const changed = Buffer.from(payload, 'base64url').toString().replace('user_BETO', 'user_ANA');
        return `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`;
      },
    ],
    ['that is no token', async () => 'abc.def.ghi'],
    ['that is longer than any', () => rig.session('ANA', { note: 'x'.repeat(9000) })],
  ])('%s is refused in the same words as every other', async (_, make) => {
    expect(said(await ask(await make()))).toEqual(REFUSED);
  });

  test('is checked with a key that came after the start, and not with one that was taken back', async () => {
    const before = await rig.session('ANA');
    await rig.keys.rotate('ins_2');
    expect((await ask(await rig.session('ANA'))).status).toBe(200);
    expect((await ask(before)).status).toBe(401);
  });

  test('keys are read once for many requests', async () => {
    const token = await rig.session('ANA');
    await ask(token);
    const asked = rig.keys.asked;
    for (let i = 0; i < 10; i += 1) expect((await ask(token)).status).toBe(200);
    expect(rig.keys.asked).toBe(asked);
  });

  test('with keys that cannot be read is neither taken nor called wrong', async () => {
    rig.keys.broken = 500;
    const token = await rig.keys.session('user_ANA', {}, { kid: 'unheard-of' });
    const answer = await ask(token);
    expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([503, 'authentication_unavailable', '5']);
    rig.keys.broken = null;
  });
});

describe('whose company a session is', () => {
  test('somebody not known yet is of the company of the active organisation', async () => {
    const { a } = rig.two;
    await rig.two.seeder.insert('ops.clerk_organizations', { id: 'org_ana', mapped_tenant: a.tenantId });
    expect((await ask(await rig.keys.session('user_new', { org_id: 'org_ana' }))).status).toBe(200);
    expect((await ask(await rig.keys.session('user_new', { o: { id: 'org_ana' } }))).status).toBe(200);
    expect((await ask(await rig.keys.session('user_new', { org_id: 'org_other' }))).status).toBe(404);
    expect((await ask(await rig.keys.session('user_new'))).status).toBe(404);
    expect((await ask(await rig.keys.session('user_new', { metadata: { tenant_id: a.tenantId } }))).status).toBe(200);
  });

  test('of somebody who is known, claims change nothing', async () => {
    const claims = { org_id: 'org_ana', metadata: { tenant_id: rig.two.a.tenantId, role: 'operador' } };
    expect((await ask(await rig.session('BETO', claims))).status).toBe(404);
  });

  test('banned and locked users are refused while their session lasts', async () => {
    const { client } = rig.two.seeder;
    for (const column of ['banned', 'locked']) {
      await client.query(`update public.users set ${column} = true where id = 'user_ANA'`);
      expect((await ask(await rig.session('ANA'))).status).toBe(401);
      await client.query(`update public.users set ${column} = false where id = 'user_ANA'`);
    }
  });

  test('an operator, by the role in its metadata, may ask about every company', async () => {
    await rig.two.seeder.insert('public.users', { id: 'user_op', stated_role: 'operador' });
    expect((await ask(await rig.keys.session('user_op'))).status).toBe(200);
    expect((await rig.ask(await rig.keys.session('user_op'), `/api/tenants/${rig.two.b.tenantId}/status`)).status).toBe(200);
    await rig.two.seeder.insert('public.users', { id: 'user_admin', stated_role: 'admin' });
    expect((await ask(await rig.keys.session('user_admin'))).status).toBe(404);
  });

  test('a user of two companies means the active one, when it names none', async () => {
    const { a, b, seeder } = rig.two;
    await seeder.insert('public.users', { id: 'user_both' });
    for (const { tenantId } of [a, b]) await seeder.insert('public.user_tenants', { tenant_id: tenantId, user_id: 'user_both' });
    const embed = async (claims: Record<string, unknown>) =>
      rig.ask(await rig.keys.session('user_both', claims), '/api/metabase/embed/ventas');
    expect((await embed({})).body['code']).toBe('tenant_missing');
    expect((await embed({ org_id: 'org_ana' })).body['token']).toBe(`signed.for.${a.tenantId}`);
    expect((await rig.ask(await rig.keys.session('user_both'), `/api/metabase/embed/ventas?tenant_id=${b.tenantId}`)).status).toBe(200);
  });
});

describe('a service token', () => {
  test('is taken for its scopes and its company', async () => {
    const token = await rig.token(['read'], rig.two.a.tenantId);
    expect((await ask(token)).status).toBe(200);
    expect(await rig.ask(token, `/api/tenants/${rig.two.a.tenantId}/status`)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await rig.ask(token, `/api/tenants/${rig.two.b.tenantId}/freshness`)).status).toBe(404);
  });

  test('is kept as a hash, and its use as a day', async () => {
    const token = await rig.token(['read'], rig.two.a.tenantId);
    await ask(token);
    const { rows } = await rig.two.seeder.client.query<{ text: string; day: string | null }>(
      "select t::text as text, last_used_day::text as day from ops.service_tokens t where name = 'test'",
    );
    const secret = token.split('_').at(-1)!;
    expect(rows.map(({ text }) => text).join()).not.toContain(secret);
    expect(rows.map(({ day }) => day)).toContain(new Date().toISOString().slice(0, 10));
    expect(JSON.stringify(rig.lines)).not.toContain(secret);
  });

  test.each<[string, (token: string) => Promise<string>]>([
    ['with another secret', async (token) => token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA')],
    ['of another id', async (token) => token.replace(/^kpi_./, (start) => (start === 'kpi_0' ? 'kpi_1' : 'kpi_0'))],
    ['without its secret', async (token) => token.split('_').slice(0, 2).join('_')],
    [
      'that was revoked',
      async (token) => {
        const id = token.split('_')[1]!.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        expect(await revokeServiceToken(rig.db, id, 'test')).toBe(true);
        return token;
      },
    ],
    [
      'that has expired',
      async (token) => {
        await rig.two.seeder.client.query("update ops.service_tokens set expires_at = now() - interval '1 second'");
        return token;
      },
    ],
  ])('%s is refused in the same words', async (_, change) => {
    expect(said(await ask(await change(await rig.token(['read']))))).toEqual(REFUSED);
  });
});

test('without a credential, or with one of another kind, nothing is answered', async () => {
  expect(said(await ask(null))).toEqual(REFUSED);
  expect(said(await ask(null, { authorization: 'Basic YTpi' }))).toEqual(REFUSED);
  expect(said(await ask(null, { authorization: `Token ${await rig.token(['read'])}` }))).toEqual(REFUSED);
  expect(said(await ask(null, { cookie: `__session=${await rig.session('ANA')}` }))).toEqual(REFUSED);
  expect((await ask(null, { 'accept-language': 'en-GB,es;q=0.5' })).body).toMatchObject({
    title: 'Unauthorized',
    detail: 'A valid credential is missing.',
  });
});

test('keys are read from the address of the configuration, whatever a token says', async () => {
  let asked = 0;
  const evil: Server = createServer((_request, response) => {
    asked += 1;
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  const own = await generateKeyPair('RS256');
  const token = await rig.keys.session('user_ANA', { iss: url }, { jku: `${url}/keys`, kid: 'evil' }, own.privateKey);
  expect((await ask(token)).status).toBe(401);
  expect(asked).toBe(0);
  await new Promise((resolve) => evil.close(resolve));
});
