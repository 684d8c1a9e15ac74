import { readFileSync } from 'node:fs';

/** The text of one statement kept in `src/alerts/sql/<name>.sql`, read once when its user is loaded. */
export function sqlFile(name: string): string {
  return readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}
