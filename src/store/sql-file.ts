import { readFileSync } from 'node:fs';

/**
 * The text of one statement kept in `src/store/sql/<name>.sql`, read once when its user is loaded: SQL longer than a line is a
 * file of its own, so that an editor knows it is SQL and a plan can be looked at by pasting it.
 */
export function sqlFile(name: string): string {
  return readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}
