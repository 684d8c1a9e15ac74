import type { Card } from './dashboard.ts';

/** A card's statement as Postgres takes it, with the values of its filters as parameters. */
export interface BoundCard {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

const TAG = /\{\{\s*([a-z_]+)\s*\}\}/g;
const OPTIONAL = /\[\[((?:(?!\]\]).)*)\]\]/gs;

/**
 * Binds a card's filters as Metabase does it: a part in `[[ … ]]` is left out when one of its filters has no value; each value is a
 * parameter, never text in the statement.
 * @throws Error when a filter outside of such a part has no value
 */
export function bindCard(card: Pick<Card, 'key' | 'sql'>, filters: Readonly<Record<string, string | null>>): BoundCard {
  const values: string[] = [];
  const places = new Map<string, number>();
  const chosen = card.sql.replaceAll(OPTIONAL, (_, part: string) =>
    [...part.matchAll(TAG)].every(([, slug = '']) => (filters[slug] ?? null) !== null) ? part : '',
  );
  const text = chosen.replaceAll(TAG, (_, slug: string) => {
    const value = filters[slug] ?? null;
    if (value === null) throw new Error(`card ${card.key} needs a value for {{${slug}}}`);
    const known = places.get(slug);
    if (known !== undefined) return `$${known}`;
    values.push(value);
    places.set(slug, values.length);
    return `$${values.length}`;
  });
  return { text, values };
}
