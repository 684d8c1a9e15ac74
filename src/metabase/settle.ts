import { orNull } from './client.ts';
import type { DesiredDashboard } from './desired.ts';
import { entityIdOf, markerOf } from './identity.ts';
import { settleAccess } from './steps/access.ts';
import { settleCards } from './steps/cards.ts';
import { settleCollection } from './steps/collection.ts';
import { readDashboards, settleDashboard } from './steps/dashboards.ts';
import { settleDatabase } from './steps/database.ts';
import { settleFields, type Patience } from './steps/fields.ts';
import type { CardAnswer } from './wire.ts';
import type { Work } from './work.ts';

/**
 * Looks at, or puts right, everything of one owner, in the order in which one thing needs the other. May be stopped and repeated at any
 * point: each step looks first at what is there.
 */
export async function settle(work: Work, patience: Patience): Promise<void> {
  const databaseId = await settleDatabase(work);
  const collectionId = await settleCollection(work);
  await settleAccess(work, databaseId, collectionId);
  const dashboards = await readDashboards(work, collectionId);
  const seen = new Map<number, CardAnswer>();
  for (const { dashcards } of dashboards.values()) for (const { card } of dashcards) if (card?.id !== undefined) seen.set(card.id, card);
  const wanted = work.desired.dashboards;
  const cards = await settleCards(
    work,
    [...new Map(wanted.flatMap((dashboard) => dashboard.cards.map((card) => [card.key, card] as const))).values()],
    { databaseId, collectionId },
    seen,
  );
  for (const dashboard of wanted) await settleDashboard(work, dashboard, dashboards.get(dashboard.key) ?? null, collectionId, cards);
  if (work.desired.complete) await settleOrphans(work, wanted);
  // Last: no card needs it, and by now Metabase has had time to read the tables of a new connection.
  await settleFields(work, databaseId, patience);
}

/**
 * What is ours and no longer wanted goes to the trash, from where a person can fetch it back. Connections stay. Whether it is still ours
 * is looked up first: in a Metabase set up anew its id may be somebody else's.
 */
async function settleOrphans(work: Work, wanted: readonly DesiredDashboard[]): Promise<void> {
  const { client, desired } = work;
  const dashboards = new Set<string>(wanted.map(({ key }) => key));
  const cards = new Set(wanted.flatMap((dashboard) => dashboard.cards.map(({ key }) => key)));
  for (const { kind, key, metabaseId: id } of work.all('dashboard').filter((one) => !dashboards.has(one.key))) {
    work.note({ kind, key, name: key, status: 'orphan', id, changes: [] });
    const there = await orNull(client.dashboard(id));
    if (there?.description?.includes(markerOf(desired.owner, key)) === true)
      await work.change(() => client.updateDashboard(id, { archived: true, enable_embedding: false }), {});
    await work.forget(kind, key);
  }
  for (const { kind, key, metabaseId: id } of work.all('card').filter((one) => !cards.has(one.key))) {
    work.note({ kind, key, name: key, status: 'orphan', id, changes: [] });
    const there = await orNull(client.card(id));
    if (there?.entity_id === entityIdOf(desired.owner, ...key.split('/')))
      await work.change(() => client.updateCard(id, { archived: true }), {});
    await work.forget(kind, key);
  }
}
