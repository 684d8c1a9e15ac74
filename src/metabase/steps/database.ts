import { differing } from '../holds.ts';
import type { DatabaseAnswer } from '../wire.ts';
import type { Work } from '../work.ts';

const KEY = 'main';

/** The owner's connection as Metabase has it; null when it is not there. */
export async function findDatabase(work: Work): Promise<DatabaseAnswer | null> {
  const { prefix, request } = work.desired.database;
  const all = await work.client.databases();
  const remembered = work.known('database', KEY)?.metabaseId;
  // An id alone proves nothing: a Metabase set up anew counts from one again. Ours bears our name, or at least our role.
  const isOurs = (one: (typeof all)[number]) => one.name === prefix || one.name.startsWith(`${prefix} `);
  return (
    all.find((one) => one.id === remembered && (isOurs(one) || one.details?.['user'] === request.details.user)) ?? all.find(isOurs) ?? null
  );
}

/** The owner's connection. Returns its id, null when it is not there yet and this is a mere look. */
export async function settleDatabase(work: Work): Promise<number | null> {
  const { request } = work.desired.database;
  const found = await findDatabase(work);
  const id = found?.id ?? null;
  // The password comes back hidden; a new one shows in the hash of the specification.
  const { password: _, ...visible } = request.details;
  const changes =
    found === null ? [] : [...differing({ name: found.name }, { name: request.name }), ...differing(found.details ?? {}, visible)];
  const status = work.statusOf('database', KEY, id, request, changes);
  work.note({ kind: 'database', key: KEY, name: request.name, status, id, changes });
  if (status === 'unchanged') return id;
  const now = await work.change(async () => {
    if (id === null) return work.client.createDatabase(request);
    await work.client.updateDatabase(id, request);
    return id;
  }, id);
  if (now !== null && work.lock !== null) {
    await work.remember('database', KEY, now, request);
    // A new one is read by itself.
    if (id !== null) await work.change(() => work.client.syncSchema(now), {});
  }
  return now;
}
