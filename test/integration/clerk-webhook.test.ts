import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServer } from '../../src/api/server.ts';
import { membershipShape, organizationShape, userShape } from '../../src/sandbox/clerk/shapes.ts';
import { deliver, signMessage, type SignedMessage } from '../../src/sandbox/clerk/webhooks.ts';
import { ClerkRig, NOON, PERSONAL } from '../support/clerk-rig.ts';

const ANA = '76042235-5';
const BETO = '77939701-7';
let rig: ClerkRig;
let server: FastifyInstance;
let endpoint: string;
let logged: unknown[];

beforeEach(async () => {
  rig = await ClerkRig.open();
  await rig.seeder.tenant({ rut: ANA });
  await rig.seeder.tenant({ rut: BETO });
  logged = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string) => void logged.push({ fields, message });
  server = createServer({ db: rig.db, log: { info: write, warn: write, error: write }, clerkWebhookSecret: rig.instance.webhookSecret });
  endpoint = `${await server.listen({ host: '127.0.0.1', port: 0 })}/api/webhooks/clerk`;
});
afterEach(async () => {
  await server.close();
  await rig.close();
});

const sign = (type: string, data: unknown, more: { id?: string; at?: Date; secret?: string } = {}): SignedMessage =>
  signMessage(more.secret ?? rig.instance.webhookSecret, type, data, {
    at: more.at ?? new Date(),
    ...(more.id === undefined ? {} : { id: more.id }),
  });
const send = (type: string, data: unknown, more: { id?: string; at?: Date; secret?: string } = {}) =>
  deliver(endpoint, sign(type, data, more));
const gone = (id: string) => ({ object: 'user', id, deleted: true });

/** Everything about users that is stored, with how often each row was written. */
async function stored(): Promise<unknown> {
  const text = `select (select jsonb_agg(to_jsonb(u) || jsonb_build_object('xmin', u.xmin::text)) from public.users u) as users,
    (select jsonb_agg(to_jsonb(m)) from public.user_tenants m) as tenants, (select jsonb_agg(to_jsonb(m)) from ops.clerk_memberships m) as members,
    (select jsonb_agg(to_jsonb(o)) from ops.clerk_organizations o) as organizations, (select count(*) from ops.webhooks) as messages`;
  return (await rig.seeder.client.query(text)).rows[0];
}

describe('a signed message', () => {
  test('makes, changes and deletes a user', async () => {
    const user = rig.user({ rut: ANA });
    expect(await send('user.created', userShape(user))).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} metadata`] });
    Object.assign(user, { publicMetadata: { rut: BETO, role: 'viewer' }, banned: true, updatedAt: NOON + 5000 });
    expect(await send('user.updated', userShape(user))).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [`${BETO} viewer metadata`] });
    expect(await send('user.deleted', gone(user.id))).toBe(200);
    expect(await rig.told()).toEqual({});
  });

  test('makes and ends a membership, and says whose an organisation is', async () => {
    const user = rig.user();
    const organization = rig.organization();
    const membership = rig.join(organization, user, 'org:admin');
    // The membership may come before its user.
    expect(await send('organizationMembership.created', membershipShape(rig.instance, membership))).toBe(200);
    expect(await send('user.created', userShape(user))).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [] });
    Object.assign(organization, { publicMetadata: { rut: ANA }, updatedAt: NOON + 5000 });
    expect(await send('organization.updated', organizationShape(organization, 1))).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} org:admin organization`] });
    Object.assign(membership, { role: 'org:member', updatedAt: NOON + 6000 });
    expect(await send('organizationMembership.updated', membershipShape(rig.instance, membership))).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} org:member organization`] });
    const ended = membershipShape(rig.instance, membership);
    expect(await send('organizationMembership.deleted', ended)).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [] });
    // A message from before that comes late brings nothing back.
    expect(await send('organizationMembership.updated', ended)).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [] });
  });

  test('about an organisation that was deleted ends its memberships', async () => {
    const user = rig.user();
    const organization = rig.organization({ rut: ANA });
    rig.join(organization, user);
    await rig.read();
    expect(await send('organization.deleted', { object: 'organization', id: organization.id, slug: 'x', deleted: true })).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [] });
  });

  test('that comes twice changes nothing the second time', async () => {
    const user = rig.user({ rut: ANA });
    const message = sign('user.created', userShape(user), { id: 'msg_1' });
    expect(await deliver(endpoint, message)).toBe(200);
    const before = await stored();
    expect(await deliver(endpoint, message)).toBe(200);
    // Svix signs a repetition anew; the id stays. Even other contents under it change nothing.
    expect(await send('user.updated', userShape({ ...user, banned: true, updatedAt: NOON + 9000 }), { id: 'msg_1' })).toBe(200);
    expect(await stored()).toEqual(before);
    expect(logged).toContainEqual({
      fields: { message_id: 'msg_1', type: 'user.created', outcome: 'duplicate' },
      message: 'message of Clerk',
    });
  });

  test('that comes late does not put old data back', async () => {
    const user = rig.user({ rut: ANA });
    const early = sign('user.created', userShape(user));
    Object.assign(user, { publicMetadata: { rut: BETO }, updatedAt: NOON + 5000 });
    expect(await send('user.updated', userShape(user))).toBe(200);
    expect(await deliver(endpoint, early)).toBe(200);
    expect(await rig.told()).toEqual({ [user.id]: [`${BETO} metadata`] });
  });

  test('about somebody deleted does not bring them back, whichever came first, nor does a page asked for before', async () => {
    const user = rig.user({ rut: ANA });
    expect(await send('user.deleted', gone(user.id))).toBe(200);
    expect(await send('user.created', userShape(user))).toBe(200);
    expect(await rig.told()).toEqual({});
    const second = rig.user({ rut: ANA });
    rig.remove(user);
    // The page has its number, and is asked for only when the message of the deletion has been taken; it still shows the user.
    let turns = 0;
    const take = async () => {
      turns += 1;
      if (turns === 2) expect(await send('user.deleted', gone(second.id))).toBe(200);
    };
    expect(await rig.read({ http: { budget: { take } } })).toMatchObject({ users: 1 });
    expect(await rig.told()).toEqual({});
  });

  test('of a kind that concerns nobody is taken note of', async () => {
    expect(await send('session.created', { id: 'sess_1', user_id: 'user_1' })).toBe(200);
    const { rows } = await rig.seeder.client.query('select type, outcome from ops.webhooks');
    expect(rows).toEqual([{ type: 'session.created', outcome: 'ignored' }]);
  });

  test('is remembered for seven days, without its contents', async () => {
    await send('session.created', { id: 'sess_1' }, { id: 'msg_old' });
    await rig.seeder.client.query("update ops.webhooks set received_at = now() - interval '7 days 1 second'");
    await send('session.created', { id: 'sess_1' }, { id: 'msg_new' });
    const { rows } = await rig.seeder.client.query<{ id: string }>('select id from ops.webhooks');
    expect(rows).toEqual([{ id: 'msg_new' }]);
  });

  test('and many at once leave what they would one after the other', async () => {
    const organization = rig.organization({ rut: ANA });
    const users = Array.from({ length: 12 }, () => rig.user());
    const members = users.map((user) => rig.join(organization, user));
    const sent = users.flatMap((user, at) => [
      send('user.created', userShape(user)),
      send('organizationMembership.created', membershipShape(rig.instance, members[at]!)),
    ]);
    expect(new Set(await Promise.all(sent))).toEqual(new Set([200]));
    expect(await rig.told()).toEqual(Object.fromEntries(users.map(({ id }) => [id, [`${ANA} org:member organization`]])));
  });

  test('with contents that cannot be read is refused whole, and its contents are repeated nowhere', async () => {
    const before = await stored();
    expect(await send('user.created', { id: `${PERSONAL}@correo.invalid`, first_name: PERSONAL })).toBe(422);
    expect(await send('user.deleted', {})).toBe(422);
    expect(await stored()).toEqual(before);
    expect(JSON.stringify(logged)).not.toContain(PERSONAL);
  });

  test('leaves no name and no address in any table or log line', async () => {
    const user = rig.user({ rut: ANA, note: PERSONAL });
    const membership = rig.join(rig.organization({ contact: PERSONAL }), user);
    await send('user.created', userShape(user));
    await send('organizationMembership.created', membershipShape(rig.instance, membership));
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} metadata`] });
    expect(await rig.tablesWith(PERSONAL)).toEqual([]);
    expect(JSON.stringify(logged)).not.toContain(PERSONAL);
  });
});

describe('a message that is refused writes nothing', () => {
  let user: Record<string, unknown>;
  let before: unknown;
  beforeEach(async () => {
    user = userShape(rig.user({ rut: ANA }));
    before = await stored();
  });
  afterEach(async () => expect(await stored()).toEqual(before));

  test('signed with another secret', async () => {
    expect(await send('user.created', user, { secret: `whsec_${Buffer.from('another secret, as long').toString('base64')}` })).toBe(401);
  });

  test('changed on the way by one byte', async () => {
    const message = sign('user.created', user);
    expect(await deliver(endpoint, { ...message, body: message.body.replace('"banned":false', '"banned":true ') })).toBe(401);
    expect(await deliver(endpoint, { ...message, body: ` ${message.body}` })).toBe(401);
    expect(await deliver(endpoint, { ...message, headers: { ...message.headers, 'svix-id': 'msg_other' } })).toBe(401);
  });

  test('replayed after more than five minutes, or dated as far ahead', async () => {
    expect(await send('user.created', user, { at: new Date(Date.now() - 6 * 60_000) })).toBe(401);
    expect(await send('user.created', user, { at: new Date(Date.now() + 6 * 60_000) })).toBe(401);
  });

  test.each(['svix-id', 'svix-timestamp', 'svix-signature'])('without %s', async (header) => {
    const message = sign('user.created', user);
    expect(
      await deliver(endpoint, {
        ...message,
        headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => name !== header)),
      }),
    ).toBe(401);
  });

  test('signed, but no event', async () => {
    expect(await deliver(endpoint, sign('', user))).toBe(422);
  });

  test('as a form, or larger than what Clerk sends', async () => {
    const form = { ...sign('user.created', user).headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await deliver(endpoint, { headers: form, body: 'a=1' })).toBe(415);
    expect(await send('user.created', { ...user, public_metadata: { text: 'x'.repeat(300_000) } })).toBe(413);
  });
});
