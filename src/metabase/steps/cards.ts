import { orNull } from '../client.ts';
import type { DesiredCard } from '../desired.ts';
import { differing } from '../holds.ts';
import { nativeOf, type CardAnswer, type CardRequest } from '../wire.ts';
import type { Work } from '../work.ts';

export interface CardPlace {
  readonly databaseId: number | null;
  readonly collectionId: number | null;
}

/** The cards of the dashboards. `seen` are those that came along with dashboards already read. Returns their ids by key. */
export async function settleCards(
  work: Work,
  cards: readonly DesiredCard[],
  place: CardPlace,
  seen: ReadonlyMap<number, CardAnswer>,
): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  const found = place.databaseId === null || place.collectionId === null ? new Map() : await findCards(work, cards, seen);
  for (const card of cards) {
    const there = (found.get(card.key) ?? null) as CardAnswer | null;
    const id = there?.id ?? null;
    const spec = specOf(card, place);
    const changes = there === null ? [] : changesOf(there, card, place);
    const status = work.statusOf('card', card.key, id, spec, changes);
    work.note({ kind: 'card', key: card.key, name: card.name, status, id, changes });
    const now =
      status === 'unchanged'
        ? id
        : await work.change(async () => {
            if (id === null) return work.client.createCard({ ...requestOf(card, place), type: 'question', entity_id: card.entityId });
            await work.client.updateCard(id, { ...requestOf(card, place), archived: false });
            return id;
          }, id);
    if (now === null) continue;
    ids.set(card.key, now);
    if (status !== 'unchanged') await work.remember('card', card.key, now, spec);
  }
  return ids;
}

/** By what is remembered, then by entity id: a run that died between making a card and remembering it left one behind. */
async function findCards(
  work: Work,
  cards: readonly DesiredCard[],
  seen: ReadonlyMap<number, CardAnswer>,
): Promise<Map<string, CardAnswer>> {
  const found = new Map<string, CardAnswer>();
  const lost: DesiredCard[] = [];
  for (const card of cards) {
    const known = work.known('card', card.key);
    const there = known === null ? null : (seen.get(known.metabaseId) ?? (await orNull(work.client.card(known.metabaseId))));
    // In a Metabase set up anew the id is somebody else's. Releases that do not tell the entity id are told by name.
    const ours = there !== null && (typeof there.entity_id === 'string' ? there.entity_id === card.entityId : there.name === card.name);
    if (ours) found.set(card.key, there);
    else lost.push(card);
  }
  // On a connection made a moment ago there is no card of ours: they go with their connection.
  if (lost.length === 0 || work.items.some(({ kind, status }) => kind === 'database' && status === 'create')) return found;
  const ids = await work.client.cardsByEntityId(lost.map(({ entityId }) => entityId));
  for (const card of lost) {
    const id = ids.get(card.entityId);
    const there = id === undefined ? null : await orNull(work.client.card(id));
    if (there !== null) found.set(card.key, there);
  }
  return found;
}

function requestOf(card: DesiredCard, { databaseId, collectionId }: CardPlace): CardRequest {
  return {
    name: card.name,
    description: card.description,
    display: card.display,
    visualization_settings: card.visualization,
    collection_id: collectionId ?? 0,
    parameters: [...card.parameters],
    dataset_query: { type: 'native', database: databaseId, native: { query: card.sql, 'template-tags': card.tags } },
  };
}

function specOf(card: DesiredCard, place: CardPlace): unknown {
  return { ...requestOf(card, place), entity_id: card.entityId };
}

/** Only what we set, read back in either of Metabase's two forms of a query. */
function changesOf(there: CardAnswer, card: DesiredCard, place: CardPlace): string[] {
  const query = nativeOf(there.dataset_query);
  const visible = {
    name: there.name,
    description: there.description ?? '',
    display: there.display,
    archived: there.archived ?? false,
    collection_id: there.collection_id,
    visualization_settings: there.visualization_settings ?? {},
    sql: query?.sql.trim() ?? null,
    tags: query?.tags.toSorted().join(' ') ?? null,
    database: query?.database ?? null,
  };
  return differing(visible, {
    name: card.name,
    description: card.description,
    display: card.display,
    archived: false,
    collection_id: place.collectionId,
    visualization_settings: card.visualization,
    sql: card.sql.trim(),
    tags: Object.keys(card.tags).toSorted().join(' '),
    database: place.databaseId,
  });
}
