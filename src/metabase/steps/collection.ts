import { orNull } from '../client.ts';
import { differing } from '../holds.ts';
import type { CollectionAnswer } from '../wire.ts';
import type { Work } from '../work.ts';

const KEY = 'main';

/** The owner's collection. Returns its id, null when it is not there yet and this is a mere look. */
export async function settleCollection(work: Work): Promise<number | null> {
  const { name, description } = work.desired.collection;
  const spec = { name, description };
  const found = await findCollection(work);
  const id = found === null ? null : Number(found.id);
  const changes = found === null ? [] : differing({ ...found, archived: found.archived ?? false }, { ...spec, archived: false });
  const status = work.statusOf('collection', KEY, id, spec, changes);
  work.note({ kind: 'collection', key: KEY, name, status, id, changes });
  if (status === 'unchanged') return id;
  const now = await work.change(async () => {
    if (id === null) return work.client.createCollection(spec);
    await work.client.updateCollection(id, { ...spec, archived: false });
    return id;
  }, id);
  if (now !== null) await work.remember('collection', KEY, now, spec);
  return now;
}

/** The owner's collection as Metabase has it, in the trash or not; null when it is not there. */
export async function findCollection(work: Work): Promise<CollectionAnswer | null> {
  const { marker, name } = work.desired.collection;
  const known = work.known('collection', KEY);
  // Asked by id, because one in the trash is in no list. It is ours by its marker, or by its name when the marker was edited away.
  const remembered = known === null ? null : await orNull(work.client.collection(known.metabaseId));
  if (remembered !== null && (remembered.description?.includes(marker) === true || remembered.name === name)) return remembered;
  return (await work.client.collections()).find((one) => typeof one.id === 'number' && one.description?.includes(marker) === true) ?? null;
}
