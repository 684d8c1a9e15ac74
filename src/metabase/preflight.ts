import type { MetabaseClient } from './client.ts';
import { LITERALS_AND_COMMENTS, LOCKED } from './card-query.ts';
import { nativeOf, type CardAnswer, type DashboardAnswer, type DashcardAnswer } from './wire.ts';

export interface PreflightTarget {
  readonly dashboardId: number;
  /** The tenant's connection; every card has to be on it. */
  readonly databaseId: number;
}

/** Why a dashboard may not be shown outside Metabase: one sentence each, empty when it may. */
export async function preflight(client: Pick<MetabaseClient, 'dashboard'>, target: PreflightTarget): Promise<string[]> {
  return faultsOf(await client.dashboard(target.dashboardId), target.databaseId);
}

const OPTIONAL = /\[\[(?:(?!\[\[|\]\])[\s\S])*\]\]/;

/** What of a statement always runs: optional parts, also within each other, comments and literals are taken out. */
function alwaysRun(sql: string): string {
  let text = sql.replaceAll(LITERALS_AND_COMMENTS, ' ');
  while (OPTIONAL.test(text)) text = text.replace(OPTIONAL, ' ');
  return text;
}

/** @internal judged from an answer, so that each rule can be tried alone */
export function faultsOf(dashboard: DashboardAnswer, databaseId: number): string[] {
  const faults: string[] = [];
  if (dashboard.archived === true) faults.push('the dashboard is in the trash');
  if (dashboard.enable_embedding !== true) faults.push('embedding is not enabled for the dashboard');
  const parameters = new Map((dashboard.parameters ?? []).map(({ slug, id }) => [slug, id]));
  if (parameters.size < (dashboard.parameters ?? []).length) faults.push('two parameters have the same name');
  // Metabase reads the choices of a filter as its administrator, on whatever connection the question they come from has.
  for (const { slug, values_source_type: from } of dashboard.parameters ?? [])
    if (from === 'card') faults.push(`the choices of parameter ${slug} come from a question`);
  for (const { slug } of LOCKED) {
    if (!parameters.has(slug)) faults.push(`the dashboard has no parameter ${slug}`);
    if (dashboard.embedding_params?.[slug] !== 'locked') faults.push(`parameter ${slug} is not locked`);
  }
  if (dashboard.dashcards.length === 0) faults.push('the dashboard has no card');
  for (const one of dashboard.dashcards) faults.push(...faultsOfPlace(one, parameters, databaseId));
  return faults;
}

function faultsOfPlace(one: DashcardAnswer, parameters: ReadonlyMap<string, string>, databaseId: number): string[] {
  if (one.action_id !== undefined && one.action_id !== null) return [`place ${one.id} is an action`];
  const card = one.card?.id === undefined ? null : one.card;
  if (card === null) return faultsOfText(one);
  return [card, ...(one.series ?? [])].flatMap((shown) => faultsOfCard(shown, one, parameters, databaseId));
}

/** Words are harmless; a frame, a link or a variable in a text may hold anything. */
function faultsOfText(one: DashcardAnswer): string[] {
  if (one.card_id !== undefined && one.card_id !== null) return [`the question of place ${one.id} is not there`];
  const settings = one.visualization_settings ?? {};
  const virtual = settings['virtual_card'] as { readonly display?: string } | undefined;
  const display = virtual?.display ?? 'unknown';
  if (display !== 'text' && display !== 'heading') return [`place ${one.id} is a ${display} card`];
  return JSON.stringify(settings['text'] ?? '').includes('{{') ? [`the text of place ${one.id} holds a variable`] : [];
}

function faultsOfCard(card: CardAnswer, place: DashcardAnswer, parameters: ReadonlyMap<string, string>, databaseId: number): string[] {
  const which = `card ${card.id} "${card.name}"`;
  const query = nativeOf(card.dataset_query);
  if (query === null) return [`${which} is not a native question, so it cannot hold the locked parameters`];
  const faults: string[] = [];
  if (query.database !== databaseId || (card.database_id ?? databaseId) !== databaseId)
    faults.push(`${which} is on database ${query.database}, not on the tenant's (${databaseId})`);
  if (/\{\{\s*(?:#|snippet:)/.test(query.sql)) faults.push(`${which} refers to another question or a snippet`);
  const required = alwaysRun(query.sql);
  for (const { slug } of LOCKED) {
    if (!query.tags.includes(slug) || !new RegExp(`\\{\\{\\s*${slug}\\s*\\}\\}`).test(required))
      faults.push(`${which} runs without {{${slug}}}`);
    const mapped = (place.parameter_mappings ?? []).some(
      ({ parameter_id, card_id, target }) =>
        parameter_id === parameters.get(slug) &&
        (card_id === card.id || (card_id ?? null) === null) &&
        JSON.stringify(target) === JSON.stringify(['variable', ['template-tag', slug]]),
    );
    if (!mapped) faults.push(`${which} does not map the locked parameter ${slug}`);
  }
  return faults;
}
