import { SOURCE_NAMES, STREAM_NAMES } from '#contract';

const MARKED = /\b((?:\w+\.)?(source|stream|held_back_by)) \/\* es \*\//g;

/** What a marked column becomes. */
const SPANISH: Readonly<Record<string, (column: string) => string>> = {
  source: (column) => named(column, SOURCE_NAMES),
  stream: (column) => named(column, STREAM_NAMES),
  // Source and stream in one text, as kpi.dashboard_as_of says them.
  held_back_by: (column) =>
    `${named(`split_part(${column}, ' ', 2)`, STREAM_NAMES)} || ' (' || ${named(`split_part(${column}, ' ', 1)`, SOURCE_NAMES)} || ')'`,
};

/**
 * A statement that says sources and streams by the names that people give them, where it has the comment "es" behind a column `source`,
 * `stream` or `held_back_by`; in the file it is a statement that runs as it stands. The names are written into the statement itself, as
 * one constant: a case of as many branches makes such a card a tenth longer to plan.
 */
export function inSpanish(sql: string): string {
  return sql.replaceAll(MARKED, (_, column: string, what: string) => SPANISH[what]?.(column) ?? column);
}

/** A stream that this release does not know any more keeps its word. */
function named(expression: string, names: Readonly<Record<string, string>>): string {
  return `coalesce('${JSON.stringify(names).replaceAll("'", "''")}'::jsonb ->> ${expression}, ${expression})`;
}
