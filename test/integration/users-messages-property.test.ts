import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiveClerkMessage, type ClerkMessage } from '../../src/clerk/webhook.ts';
import { membershipShape, organizationShape, userShape } from '../../src/sandbox/clerk/shapes.ts';
import { ClerkRig, NOON } from '../support/clerk-rig.ts';

const RUTS = ['76042235-5', '77939701-7'];
let rig: ClerkRig;
beforeAll(async () => {
  rig = await ClerkRig.open();
  for (const rut of RUTS) await rig.seeder.tenant({ rut });
});
afterAll(async () => rig.close());

/** What one event does to one of two users, their membership, or the organisation. */
const EVENT = fc.record({
  who: fc.integer({ min: 0, max: 1 }),
  what: fc.constantFrom('user', 'user', 'membership', 'organization', 'leave', 'delete'),
  rut: fc.constantFrom(null, ...RUTS),
  role: fc.constantFrom('org:admin', 'org:member'),
  banned: fc.boolean(),
});

/** A history of messages as Clerk sends them, in order, of users nobody has had before. */
function history(events: readonly (typeof EVENT extends fc.Arbitrary<infer E> ? E : never)[], run: number): ClerkMessage[] {
  rig.instance.users.length = 0;
  rig.instance.organizations.length = 0;
  rig.instance.memberships.length = 0;
  const organization = rig.organization({ rut: RUTS[0] });
  const people = [rig.user(), rig.user()];
  const memberships = people.map((user) => rig.join(organization, user));
  return events.map(({ who, what, rut, role, banned }, at) => {
    const updatedAt = NOON + 1000 * (at + 1);
    const user = people[who]!;
    const membership = memberships[who]!;
    const id = `msg_${run}_${at}`;
    const metadata = rut === null ? {} : { rut };
    switch (what) {
      case 'user':
        Object.assign(user, { publicMetadata: metadata, banned, updatedAt });
        return { id, type: 'user.updated', data: userShape(user) };
      case 'membership':
        Object.assign(membership, { role, updatedAt });
        return { id, type: 'organizationMembership.updated', data: membershipShape(rig.instance, membership) };
      case 'organization':
        Object.assign(organization, { publicMetadata: metadata, updatedAt });
        return { id, type: 'organization.updated', data: organizationShape(organization, 2) };
      case 'leave':
        return { id, type: 'organizationMembership.deleted', data: membershipShape(rig.instance, membership) };
      default:
        return { id, type: 'user.deleted', data: { object: 'user', id: user.id, deleted: true } };
    }
  });
}

/** Living users and companies, each under its place in the history, since ids differ from run to run. */
async function outcome(): Promise<unknown> {
  const ids = rig.instance.users.map(({ id }) => id);
  const told = await rig.told();
  const { rows } = await rig.seeder.client.query<{ id: string }>('select id from public.users where banned and deleted_at is null');
  return ids.map((id) => [told[id] ?? null, rows.some((row) => row.id === id)]);
}

test('messages in any order, some twice, end where the same messages in order end', async () => {
  let run = 0;
  const events = fc.array(EVENT, { minLength: 1, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(events, fc.infiniteStream(fc.nat()), async (sent, keys) => {
      const inOrder = history(sent, (run += 1));
      for (const message of inOrder) await receiveClerkMessage(rig.db, message);
      const expected = await outcome();
      const again = history(sent, (run += 1));
      const shuffled = [...again, ...again.filter((_, at) => at % 2 === 0)]
        .map((message) => [keys.next().value, message] as const)
        .toSorted((a, b) => a[0] - b[0]);
      for (const [, message] of shuffled) await receiveClerkMessage(rig.db, message);
      expect(await outcome()).toEqual(expected);
    }),
    { numRuns: 30, seed: 20_251_127 },
  );
});
