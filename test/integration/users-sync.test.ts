import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listUsers, mapOrganization, userReadingState } from '../../src/store/users.ts';
import { ClerkRig, NOON, PERSONAL } from '../support/clerk-rig.ts';
import { failureOf } from '../unit/outbound-client.ts';

const ANA = '76042235-5';
const BETO = '77939701-7';
let rig: ClerkRig;
let ana: string;
let beto: string;

beforeEach(async () => {
  rig = await ClerkRig.open();
  ana = await rig.seeder.tenant({ rut: ANA });
  beto = await rig.seeder.tenant({ rut: BETO });
});
afterEach(async () => rig.close());

const count = async (text: string) => (await rig.seeder.client.query<{ n: number }>(`select count(*)::int as n from ${text}`)).rows[0]?.n;

describe('whose a user is', () => {
  test('is said by metadata, as uuid or RUT in any spelling, and by the organisation where they say nothing', async () => {
    const byUuid = rig.user({ tenant_id: ana, role: 'owner' });
    const byRut = rig.user({ rut: ' 76.042.235–5 ' });
    const rutAsId = rig.user({ tenant_id: '760422355', rut: BETO });
    const member = rig.user({ color: 'blue' });
    const both = rig.user({ rut: [ANA, BETO] });
    rig.join(rig.organization({ rut: BETO }), member, 'org:admin');
    expect(await rig.read()).toMatchObject({ complete: true, users: 5, memberships: 1, problem: null });
    expect(await rig.told()).toEqual({
      [byUuid.id]: [`${ANA} owner metadata`],
      [byRut.id]: [`${ANA} metadata`],
      [rutAsId.id]: [`${ANA} metadata`],
      [member.id]: [`${BETO} org:admin organization`],
      [both.id]: [`${ANA} metadata`, `${BETO} metadata`],
    });
  });

  test('metadata decide against the organisation, which then only says the role', async () => {
    const user = rig.user({ rut: ANA });
    rig.join(rig.organization({ rut: ANA }), user, 'org:admin');
    rig.join(rig.organization({ rut: BETO }), user, 'org:member');
    await rig.read();
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} org:admin metadata`] });
  });

  test('who cannot be told is counted in no company and listed for a person, each with the reason', async () => {
    const nothing = rig.user();
    const stranger = rig.user({ rut: '99999999-9' });
    const half = rig.user({ rut: [ANA, '99999999-9'] });
    const lost = rig.user();
    const organization = rig.organization();
    rig.join(organization, lost);
    rig.user({ rut: ANA });
    await rig.read();
    const unassigned = async () => Object.fromEntries((await listUsers(rig.db, true)).map((user) => [user.id, user.unassigned_because]));
    expect(await unassigned()).toEqual({
      [nothing.id]: 'no_hint',
      [stranger.id]: 'unknown_tenant',
      [half.id]: 'unknown_tenant',
      [lost.id]: 'unmapped_organization',
    });
    expect((await listUsers(rig.db, false)).length).toBe(5);
    await mapOrganization(rig.db, organization.id, beto);
    expect((await rig.told())[lost.id]).toEqual([`${BETO} org:member organization`]);
    expect(Object.keys(await unassigned())).not.toContain(lost.id);
    // What a person said stays when the list is read again, until the organisation itself says otherwise.
    await rig.read();
    expect((await rig.told())[lost.id]).toEqual([`${BETO} org:member organization`]);
    Object.assign(organization, { publicMetadata: { rut: ANA }, updatedAt: NOON + 5000 });
    await rig.read();
    expect((await rig.told())[lost.id]).toEqual([`${ANA} org:member organization`]);
    await mapOrganization(rig.db, organization.id, null);
    expect((await rig.told())[lost.id]).toEqual([`${ANA} org:member organization`]);
  });

  test('a company that is added later finds its users at the next reading', async () => {
    const early = rig.user({ rut: '76953480-3' });
    await rig.read();
    expect(await rig.told()).toEqual({ [early.id]: [] });
    await rig.seeder.tenant({ rut: '76953480-3' });
    await rig.read();
    expect(await rig.told()).toEqual({ [early.id]: ['76953480-3 metadata'] });
  });

  test('a user who changes company is in the new one only', async () => {
    const user = rig.user({ rut: ANA });
    await rig.read();
    Object.assign(user, { publicMetadata: { rut: BETO }, updatedAt: NOON + 5000 });
    await rig.read();
    expect(await rig.told()).toEqual({ [user.id]: [`${BETO} metadata`] });
  });
});

describe('reading the list', () => {
  test('takes pages of 500 to the end', async () => {
    for (let at = 0; at < 1201; at++) rig.user({ rut: ANA });
    expect(await rig.read()).toMatchObject({ complete: true, users: 1201 });
    expect(await count(`public.user_tenants where tenant_id = '${ana}'`)).toBe(1201);
    // Two counts, three pages of users, one of memberships.
    expect(rig.server.requests()).toBe(6);
  });

  test('waits as long as Clerk asks when it is too fast, and goes on', async () => {
    rig.user({ rut: ANA });
    rig.server.faults.next('rate-limited-retry-after', 2);
    expect(await rig.read()).toMatchObject({ complete: true, users: 1 });
    expect(rig.waits).toEqual([1000, 1000]);
  });

  test('an unchanged user is not written again', async () => {
    rig.user({ rut: ANA });
    await rig.read();
    const stamp = async () => (await rig.seeder.client.query('select xmin, read_seq, synced_at from public.users')).rows;
    const before = await stamp();
    await rig.read();
    expect(await stamp()).toEqual(before);
  });

  test('an older version never puts old data back; the same version read later does', async () => {
    const user = rig.user({ rut: ANA, role: 'owner' });
    await rig.read();
    Object.assign(user, { publicMetadata: { rut: ANA, role: 'viewer' }, updatedAt: user.updatedAt - 1 });
    await rig.read();
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} owner metadata`] });
    Object.assign(user, { locked: true, publicMetadata: { rut: ANA, role: 'owner' }, updatedAt: user.updatedAt + 1 });
    await rig.read();
    expect(await count('public.users where locked')).toBe(1);
  });

  test('a record that cannot be read leaves the others in, and says so', async () => {
    const good = rig.user({ rut: ANA });
    const bad = rig.user({ rut: ANA }, { banned: 'perhaps' as unknown as boolean });
    const gone = rig.user({ rut: ANA });
    await rig.read();
    rig.remove(gone);
    expect(await rig.read()).toMatchObject({
      complete: false,
      deleted_users: 0,
      problem: expect.stringContaining('1 users could not be read'),
    });
    expect(await rig.told()).toEqual({ [good.id]: [`${ANA} metadata`], [gone.id]: [`${ANA} metadata`] });
    expect(bad.id).not.toBe(good.id);
    expect((await userReadingState(rig.db)).problem).toContain('could not be read');
  });

  test('a wrong key is told with what to do, and shows in no log and no table', async () => {
    const secretKey = 'sk_test_wrong-and-still-secret';
    const error = await failureOf(rig.read({ secretKey }));
    expect(error).toMatchObject({ kind: 'config', code: 'unauthorized' });
    expect(await userReadingState(rig.db)).toMatchObject({
      succeeded_at: null,
      problem: expect.stringContaining('does not accept the key'),
    });
    expect(JSON.stringify([error.message, error.advice, rig.lines])).not.toContain(secretKey);
    expect(await rig.tablesWith(secretKey)).toEqual([]);
  });

  test('an instance without organisations is read without them', async () => {
    const plain = await ClerkRig.open({ organizationsEnabled: false });
    try {
      const tenant = await plain.seeder.tenant({ rut: ANA });
      const user = plain.user({ tenant_id: tenant });
      expect(await plain.read()).toMatchObject({ complete: true, users: 1, memberships: 0 });
      expect(await plain.told()).toEqual({ [user.id]: [`${ANA} metadata`] });
    } finally {
      await plain.close();
    }
  });
});

describe('who is gone', () => {
  test('is marked only after a complete list and a second look, and has no membership left', async () => {
    const stays = rig.user({ rut: ANA });
    const leaves = rig.user();
    rig.join(rig.organization({ rut: ANA }), leaves);
    await rig.read();
    rig.remove(leaves);
    expect(await rig.read()).toMatchObject({ complete: true, deleted_users: 1, ended_memberships: 0 });
    expect(await rig.told()).toEqual({ [stays.id]: [`${ANA} metadata`] });
    expect(await count('ops.clerk_memberships where deleted_at is null')).toBe(0);
    expect(await count('public.users where deleted_at is not null')).toBe(1);
  });

  test('a list that shifted under the walk, so that it agrees with the count and lacks somebody, deletes nobody', async () => {
    for (let at = 0; at < 501; at++) rig.user({ rut: ANA });
    await rig.read();
    // Between the two pages the first user leaves: the last one slips to the first page, which has been read.
    const [first] = rig.instance.users;
    let asked = 0;
    const onRequest = (event: { place: string }) => {
      if (event.place.endsWith('/v1/users') && (asked += 1) === 1) rig.remove(first!);
    };
    const done = await rig.read({ http: { onRequest } });
    expect(done).toMatchObject({ users: 500, complete: true, deleted_users: 0 });
    expect(Object.keys(await rig.told())).toHaveLength(501);
    // The one who left is met no more by the next walk.
    expect(await rig.read()).toMatchObject({ users: 500, deleted_users: 1 });
    expect(Object.keys(await rig.told())).not.toContain(first!.id);
  });

  test('many at once need a person’s word: a key of another instance looks just so', async () => {
    for (let at = 0; at < 10; at++) rig.user({ rut: ANA });
    await rig.read();
    rig.instance.users.splice(0, 6);
    expect(await rig.read()).toMatchObject({ complete: false, deleted_users: 0, problem: expect.stringContaining('6 of 10 users') });
    expect(Object.keys(await rig.told())).toHaveLength(10);
    expect(await rig.read({ acceptDeletions: true })).toMatchObject({ complete: true, deleted_users: 6 });
    expect(Object.keys(await rig.told())).toHaveLength(4);
  });

  test('a membership that ended takes the company with it', async () => {
    const user = rig.user();
    const organization = rig.organization({ rut: ANA });
    rig.join(organization, user);
    const keeps = rig.user();
    rig.join(organization, keeps);
    await rig.read();
    rig.instance.memberships.shift();
    expect(await rig.read()).toMatchObject({ complete: true, ended_memberships: 1 });
    expect(await rig.told()).toEqual({ [user.id]: [], [keeps.id]: [`${ANA} org:member organization`] });
  });

  test('who is there after all comes back', async () => {
    const user = rig.user({ rut: ANA });
    await rig.read();
    rig.remove(user);
    await rig.read();
    expect(await rig.told()).toEqual({});
    rig.instance.users.push(user);
    await rig.read();
    expect(await rig.told()).toEqual({ [user.id]: [`${ANA} metadata`] });
  });
});

test('no name and no address of anybody is in any table or log line', async () => {
  const organization = rig.organization({ rut: ANA, contact: `${PERSONAL}@correo.invalid` });
  const user = rig.user({ rut: `${PERSONAL}@correo.invalid`, role: `${PERSONAL} the boss` });
  rig.join(organization, user, `${PERSONAL}@correo.invalid`);
  rig.join(organization, rig.user());
  rig.user({}, { banned: 'no' as unknown as boolean });
  await rig.read();
  expect(await count('public.users')).toBe(2);
  expect(await rig.tablesWith(PERSONAL)).toEqual([]);
  expect(await rig.tablesWith('@correo')).toEqual([]);
  expect(JSON.stringify(rig.lines)).not.toContain(PERSONAL);
  // The search finds what is there.
  expect(await rig.tablesWith(user.id)).toContain('public.users');
});
