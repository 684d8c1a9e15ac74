import { orNull } from '../client.ts';
import type { DesiredDashboard } from '../desired.ts';
import { differing, holds } from '../holds.ts';
import type { DashboardAnswer, DashboardRequest, DashcardAnswer, DashcardRequest } from '../wire.ts';
import type { Work } from '../work.ts';

/** The dashboards that are there already, by key. Read first, as each brings its cards along. */
export async function readDashboards(work: Work, collectionId: number | null): Promise<Map<string, DashboardAnswer>> {
  const found = new Map<string, DashboardAnswer>();
  let inCollection: Awaited<ReturnType<typeof work.client.dashboardsIn>> | null = null;
  const cards = new Set(work.all('card').map(({ metabaseId }) => metabaseId));
  // In a collection made a moment ago there is nothing to find.
  const madeNow = work.items.some(({ kind, status }) => kind === 'collection' && status === 'create');
  for (const wanted of work.desired.dashboards) {
    const known = work.known('dashboard', wanted.key);
    const there = known === null ? null : await orNull(work.client.dashboard(known.metabaseId));
    // Ours by its marker; where that was edited away, by its cards.
    const ours =
      there !== null &&
      (there.description?.includes(wanted.marker) === true || there.dashcards.some(({ card_id }) => cards.has(card_id ?? 0)));
    if (ours) {
      found.set(wanted.key, there);
      continue;
    }
    if (collectionId === null || madeNow) continue;
    inCollection ??= await work.client.dashboardsIn(collectionId);
    const left = inCollection.find(({ description }) => description?.includes(wanted.marker) === true);
    if (left !== undefined) found.set(wanted.key, await work.client.dashboard(left.id));
  }
  return found;
}

/** One PUT puts a whole dashboard right: its arrays replace what was there. */
export async function settleDashboard(
  work: Work,
  wanted: DesiredDashboard,
  found: DashboardAnswer | null,
  collectionId: number | null,
  cards: ReadonlyMap<string, number>,
): Promise<void> {
  const id = found?.id ?? null;
  const ours = new Set([...work.all('card').map(({ metabaseId }) => metabaseId), ...cards.values()]);
  const foreign = (found?.dashcards ?? []).filter(({ card_id }) => !ours.has(card_id ?? 0));
  for (const one of foreign) noteForeign(work, wanted, one);
  const request = requestOf(wanted, found, collectionId, cards, foreign);
  const { dashcards: _, ...head } = request;
  const spec = { ...head, cards: wanted.cards.map(({ key, place, mappings }) => ({ key, id: cards.get(key), place, mappings })) };
  const changes = found === null ? [] : changesOf(found, request, foreign);
  const status = work.statusOf('dashboard', wanted.key, id, spec, changes);
  work.note({ kind: 'dashboard', key: wanted.key, name: wanted.name, status, id, changes });
  if (status === 'unchanged' || collectionId === null || work.lock === null) return;
  const { name, description } = wanted;
  const now = await work.change(
    async () => id ?? work.client.createDashboard({ name, description, collection_id: collectionId, parameters: [...wanted.parameters] }),
    id,
  );
  if (now === null) return;
  await work.change(() => work.client.updateDashboard(now, request), {});
  await work.remember('dashboard', wanted.key, now, spec);
}

function requestOf(
  wanted: DesiredDashboard,
  found: DashboardAnswer | null,
  collectionId: number | null,
  cards: ReadonlyMap<string, number>,
  foreign: readonly DashcardAnswer[],
): DashboardRequest {
  const places = new Map((found?.dashcards ?? []).map((one) => [one.card_id, one.id]));
  const ours = wanted.cards.flatMap((card, i): DashcardRequest[] => {
    const cardId = cards.get(card.key);
    if (cardId === undefined) return [];
    return [
      {
        id: places.get(cardId) ?? -1 - i,
        card_id: cardId,
        ...card.place,
        parameter_mappings: card.mappings.map((mapping) => ({ ...mapping, card_id: cardId })),
        visualization_settings: {},
        series: [],
      },
    ];
  });
  return {
    name: wanted.name,
    description: wanted.description,
    collection_id: collectionId ?? 0,
    archived: false,
    width: 'full',
    parameters: [...wanted.parameters],
    tabs: (found?.tabs ?? []).filter((tab) => foreign.some(({ dashboard_tab_id }) => dashboard_tab_id === tab.id)),
    dashcards: [...ours, ...foreign.map(kept)],
    enable_embedding: Object.keys(wanted.embeddingParams).length > 0,
    embedding_params: { ...wanted.embeddingParams },
  };
}

/** A foreign card stays where its owner put it: only its placement is sent back, key by key. */
function kept(one: DashcardAnswer): DashcardRequest {
  return {
    id: one.id,
    card_id: one.card_id ?? null,
    ...(one.action_id === undefined || one.action_id === null ? {} : { action_id: one.action_id }),
    ...(one.dashboard_tab_id === undefined || one.dashboard_tab_id === null ? {} : { dashboard_tab_id: one.dashboard_tab_id }),
    row: one.row,
    col: one.col,
    size_x: one.size_x,
    size_y: one.size_y,
    parameter_mappings: [...(one.parameter_mappings ?? [])],
    visualization_settings: one.visualization_settings ?? {},
    series: (one.series ?? []).map(({ id }) => ({ id })),
  };
}

function noteForeign(work: Work, wanted: DesiredDashboard, one: DashcardAnswer): void {
  const what = one.card?.id === undefined ? 'a card without a question' : `card ${one.card.id} "${one.card.name}"`;
  work.note({
    kind: 'card',
    key: `${wanted.key}/#${one.id}`,
    name: what,
    status: 'foreign',
    id: one.card_id ?? null,
    changes: ['somebody put it on this dashboard; take it off in Metabase, until then the dashboard may not be embeddable'],
  });
}

function changesOf(found: DashboardAnswer, request: DashboardRequest, foreign: readonly DashcardAnswer[]): string[] {
  const { dashcards = [], ...head } = request;
  const visible = {
    ...found,
    description: found.description ?? '',
    archived: found.archived ?? false,
    enable_embedding: found.enable_embedding ?? false,
    parameters: found.parameters ?? [],
    tabs: found.tabs ?? [],
  };
  const changes = differing(visible, head);
  // What is locked has to be exactly that: one parameter more that is "enabled" is one way more into the dashboard.
  const extra = Object.keys(found.embedding_params ?? {}).some((slug) => !(slug in (head.embedding_params ?? {})));
  if (extra && !changes.includes('embedding_params')) changes.push('embedding_params');
  const same =
    found.dashcards.length === dashcards.length &&
    dashcards.every((wanted) => foreign.some(({ id }) => id === wanted.id) || found.dashcards.some((one) => isPlaced(one, wanted)));
  return same ? changes : [...changes, 'dashcards'];
}

function isPlaced(one: DashcardAnswer, wanted: DashcardRequest): boolean {
  const { parameter_mappings: mappings, visualization_settings: _, ...place } = wanted;
  const there = one.parameter_mappings ?? [];
  const has = (mapping: (typeof mappings)[number]) => there.some((found) => holds(found, mapping));
  return holds({ ...one, series: one.series ?? [] }, place) && there.length === mappings.length && mappings.every(has);
}
