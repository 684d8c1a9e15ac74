import type { Card, Filter } from '../dashboards/dashboard.ts';
import { tagIdOf } from './identity.ts';
import type { TemplateTag } from './wire.ts';

/** Parameters that the signed token of an embedding carries, on every card of a tenant. */
export const LOCKED = [
  { slug: 'tenant_id', title: 'Empresa (id)' },
  { slug: 'rut', title: 'RUT' },
] as const;

export interface QueryOptions {
  readonly filters: readonly Filter[];
  /** IANA zone of the local days. */
  readonly timeZone: string;
  /** Whether the card shows rows only to its own tenant, named in the token: the second wall, behind the connection's role. */
  readonly guarded: boolean;
}

export interface CardQuery {
  readonly sql: string;
  readonly tags: Readonly<Record<string, TemplateTag>>;
}

const TAG = /\{\{\s*([a-z_]+)\s*\}\}/g;
const OPTIONAL = /\[\[((?:(?!\]\]).)*)\]\]/gs;
/** Text of a statement in which a variable means nothing. */
export const LITERALS_AND_COMMENTS = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * A card's statement as Metabase runs it.
 *
 * Days: a filter that starts at one of the last 90 closed days is left empty in Metabase, where a default cannot move with the
 * calendar; the statement itself falls back to that day.
 *
 * Guard: the card's rows come out only where the tenant that the token names is the row of `public.tenants` that this connection sees.
 * Another tenant's id, or a RUT of another, gives no row; so does a token for a connection it does not belong to. Both parts are
 * materialised, because an ORDER BY inside a plain subquery may be lost in a parallel plan.
 * @throws Error when the card uses a filter its dashboard does not have, mixes filters of both kinds in one optional part, or uses `?`
 */
export function cardQuery(card: Pick<Card, 'key' | 'sql' | 'borrowed'>, { filters, timeZone, guarded }: QueryOptions): CardQuery {
  const known = new Map([...(card.borrowed ?? []), ...filters].map((filter) => [filter.slug, filter]));
  const named = (part: string) => [...part.matchAll(TAG)].map(([, slug = '']) => slug);
  const filterOf = (slug: string): Filter => {
    const filter = known.get(slug);
    if (filter === undefined) throw new Error(`card ${card.key} uses {{${slug}}}, which is no filter of its dashboard`);
    return filter;
  };
  for (const { slug } of LOCKED)
    if (known.has(slug)) throw new Error(`a filter may not be called ${slug}: the signed token carries one of that name`);
  // The driver takes a question mark for a parameter (operators of jsonb).
  if (card.sql.replaceAll(LITERALS_AND_COMMENTS, '').includes('?'))
    throw new Error(`card ${card.key} uses "?", which Metabase's driver takes for a parameter; use jsonb_exists()`);

  const used = new Set<string>();
  const withFallback = (part: string) =>
    part.replaceAll(TAG, (whole, slug: string) => {
      used.add(slug);
      const { initial } = filterOf(slug);
      if (initial === null) return whole;
      const day = `(now() at time zone '${timeZone.replaceAll("'", "''")}')::date - ${initial === 'first' ? 90 : 1}`;
      return `coalesce([[ {{${slug}}}::date, ]] ${day})`;
    });
  let rest = 0;
  let sql = '';
  for (const match of card.sql.matchAll(OPTIONAL)) {
    const [whole, part = ''] = match;
    sql += withFallback(card.sql.slice(rest, match.index));
    rest = match.index + whole.length;
    const moving = named(part).filter((slug) => filterOf(slug).initial !== null);
    if (moving.length === 0) {
      for (const slug of named(part)) used.add(slug);
      sql += whole;
    } else if (moving.length === named(part).length) sql += withFallback(part);
    else throw new Error(`card ${card.key} has a part in [[ ]] with a filter that starts filled and one that starts empty`);
  }
  sql += withFallback(card.sql.slice(rest));
  sql = sql.trim().replace(/;\s*$/, '');

  const tags: Record<string, TemplateTag> = {};
  const addTag = (slug: string, title: string, type: 'text' | 'date') => {
    tags[slug] = { id: tagIdOf('tag', slug), name: slug, 'display-name': title, type };
  };
  for (const slug of used) addTag(slug, filterOf(slug).title, filterOf(slug).type);
  if (!guarded) return { sql, tags };
  for (const { slug, title } of LOCKED) addTag(slug, title, 'text');
  return { sql: `${GUARD}\n${sql}\n)\nselect kpi_card.* from kpi_card where exists (select from kpi_own)`, tags };
}

const GUARD = `with kpi_own as materialized (
  select from public.tenants as t where t.id::text = {{tenant_id}} and t.rut = {{rut}}
), kpi_card as materialized (`;
