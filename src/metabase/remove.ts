import { randomUUID } from 'node:crypto';
import { MetabaseLock, metabaseTenant } from '../store/metabase-objects.ts';
import { orNull } from './client.ts';
import type { MetabaseDeps } from './deps.ts';
import { desiredForTenant } from './desired.ts';
import { entityIdOf, markerOf } from './identity.ts';
import { findCollection } from './steps/collection.ts';
import { findDatabase } from './steps/database.ts';
import { Work, type PlanItem } from './work.ts';

export interface RemoveOptions {
  /** Also when a person's cards on the company's connection would be deleted with it. */
  readonly force?: boolean;
}

/** What was there of a company, and what became of it. */
export interface Removed {
  readonly owner: string;
  readonly items: readonly (Pick<PlanItem, 'kind' | 'key' | 'name'> & { readonly id: number; readonly outcome: 'removed' | 'left' })[];
}

/** Something in Metabase is not ours and would go as well. Nothing was changed. */
export class ForeignCards extends Error {
  override readonly name = 'ForeignCards';
  readonly code = 'foreign_cards';
  readonly advice = 'Move or delete them in Metabase and type it again, or add --force: then they are deleted as well';
}

/**
 * Takes everything of a company out of a Metabase: dashboards, connection with its cards, collection. What a person made in the collection
 * stays where it is. May be cut off anywhere and repeated; whoever applies afterwards makes it all anew.
 * @throws ForeignCards; MetabaseBusy when an apply is at it; SourceError when Metabase refuses or is away
 */
export async function removeMetabase(deps: MetabaseDeps, tenantId: string, { force = false }: RemoveOptions = {}): Promise<Removed> {
  const { db, client } = deps;
  const tenant = await metabaseTenant(db, tenantId);
  // Its role may be gone already: then the connection is known by its name alone.
  const desired = desiredForTenant({ ...tenant, readerRole: tenant.readerRole ?? 'none' }, deps.dashboards, deps.reach);
  const lock = await MetabaseLock.take(db, { tenantId, instance: client.instance }, randomUUID());
  try {
    const work = await Work.open(db, { client, desired, lock });
    const items: Removed['items'][number][] = [];
    const database = await findDatabase(work);
    if (database !== null && !force) await refuseForeign(work, database.id);
    for (const { key, metabaseId: id } of work.all('dashboard')) {
      const there = await orNull(client.dashboard(id));
      if (there?.description?.includes(markerOf(tenantId, key)) === true) {
        await work.change(() => orNull(client.deleteDashboard(id)), null);
        items.push({ kind: 'dashboard', key, name: there.name, id, outcome: 'removed' });
      }
      await work.forget('dashboard', key);
    }
    if (database !== null) {
      await work.change(() => orNull(client.deleteDatabase(database.id)), null);
      items.push({ kind: 'database', key: 'main', name: database.name, id: database.id, outcome: 'removed' });
    }
    await work.forget('database', 'main');
    for (const { key } of work.all('card')) await work.forget('card', key);
    items.push(...(await removeCollection(work)));
    return { owner: tenantId, items };
  } finally {
    await lock.release();
  }
}

/** Deleting a connection deletes its cards, whoever made them. */
async function refuseForeign(work: Work, databaseId: number): Promise<void> {
  const keys = work.all('card').map(({ key }) => key);
  const ours = new Set(keys.map((key) => entityIdOf(work.desired.owner, ...key.split('/'))));
  for (const { cards } of work.desired.dashboards) for (const { entityId } of cards) ours.add(entityId);
  const known = new Set(work.all('card').map(({ metabaseId }) => metabaseId));
  const foreign = (await work.client.cardsOn(databaseId)).filter(
    ({ id, entity_id: entityId }) => !(typeof entityId === 'string' ? ours.has(entityId) : known.has(id)),
  );
  if (foreign.length === 0) return;
  const names = foreign.slice(0, 5).map(({ id, name }) => `${id} "${name}"`);
  throw new ForeignCards(`${foreign.length} cards of somebody else are on this company's connection: ${names.join(', ')}`);
}

/** Only an empty one goes. In the trash it no longer says whose it was. */
async function removeCollection(work: Work): Promise<Removed['items']> {
  const found = await findCollection(work);
  if (found === null) {
    await work.forget('collection', 'main');
    return [];
  }
  const id = Number(found.id);
  const left: unknown[] = [];
  for (const one of await work.client.itemsIn(id)) {
    // A run that died between making a dashboard and remembering it left it here.
    const ours = one.model === 'dashboard' && work.desired.dashboards.some(({ marker }) => one.description?.includes(marker) === true);
    if (ours) await work.change(() => orNull(work.client.deleteDashboard(one.id)), null);
    else left.push(one);
  }
  const outcome = left.length === 0 ? 'removed' : 'left';
  if (outcome === 'removed') {
    const anonymous = { name: 'Empresa retirada', description: work.desired.collection.marker, archived: true };
    await work.change(() => work.client.updateCollection(id, anonymous), {});
  }
  await work.forget('collection', 'main');
  return [{ kind: 'collection', key: 'main', name: found.name, id, outcome }];
}
