import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Query } from './database.ts';
import { withDirectSession } from './direct-session.ts';

type KpiFile = { readonly name: string; readonly text: string; readonly depends: readonly string[] };

/**
 * Applies the views and functions of migrations/kpi, each file in its own transaction together with its record in `ops.kpi_files`: those
 * that are new or changed, or that rest on one which is, since replacing a view by another set of columns takes along what rests on it.
 * Throws with the file's name. Returns the names applied.
 */
export async function applyKpiFiles(ownerUrl: string, folder: string, log: (message: string) => void): Promise<string[]> {
  const files = inOrder(await readKpiFiles(folder));
  if (files.length === 0) return [];
  const hashes = hashesOf(files);
  return withDirectSession(ownerUrl, async (owner) => {
    // Row security stays on, unlike in migrations: the body of a function is checked by planning it, and the owner passes no policy.
    // Rows are no business of these files anyway.
    const rows = await owner.run<{ name: string; sha256: string }>('select name, sha256 from ops.kpi_files');
    const inForce = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
    const applied: string[] = [];
    for (const { name, text } of files) {
      const sha256 = hashes.get(name) ?? '';
      if (inForce.get(name) === sha256) continue;
      await owner
        .atomically(
          `${text}\n;insert into ops.kpi_files (name, sha256) values ('${name}', '${sha256}')
           on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()`,
        )
        .catch((error: unknown) => {
          throw new Error(`migrations/kpi/${name}.sql failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        });
      log(`kpi ${name} applied`);
      applied.push(name);
    }
    // Dropping what a deleted file made is a numbered migration's work; here only its record goes.
    await owner.run('delete from ops.kpi_files where name <> all ($1)', [files.map(({ name }) => name)]);
    return applied;
  });
}

/** Files of migrations/kpi whose present text is not in force, by name. `query` is the owner's. */
export async function pendingKpiFiles(query: Query, folder: string): Promise<string[]> {
  const rows = await query<{ name: string; sha256: string }>('select name, sha256 from ops.kpi_files');
  const inForce = new Map(rows.rows.map(({ name, sha256 }) => [name, sha256]));
  return [...hashesOf(inOrder(await readKpiFiles(folder)))].flatMap(([name, sha256]) => (inForce.get(name) === sha256 ? [] : [name]));
}

/** Of each file and of all it rests on. */
function hashesOf(files: readonly KpiFile[]): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const { name, text, depends } of files) {
    const parts = [text, ...depends.map((other) => hashes.get(other) ?? '')];
    hashes.set(name, createHash('sha256').update(parts.join('\0')).digest('hex'));
  }
  return hashes;
}

/**
 * The files so that each comes after those it names in `-- depends: name, name`, else by name.
 * Throws for an unknown name and for a circle.
 */
function inOrder(files: readonly KpiFile[]): KpiFile[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const done = new Set<KpiFile>();
  const visit = (file: KpiFile, path: readonly string[]): void => {
    if (path.includes(file.name)) throw new Error(`migrations/kpi: ${[...path, file.name].join(' → ')} is a circle.`);
    if (done.has(file)) return;
    for (const name of file.depends.toSorted()) {
      const other = byName.get(name);
      if (other === undefined) throw new Error(`migrations/kpi/${file.name}.sql depends on ${name}, which is not there.`);
      visit(other, [...path, file.name]);
    }
    done.add(file);
  };
  for (const file of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) visit(file, []);
  return [...done];
}

async function readKpiFiles(folder: string): Promise<KpiFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => /^[a-z0-9_-]+\.sql$/.test(name)).map((name) => name.slice(0, -4));
  return Promise.all(
    files.map(async (name) => {
      const text = (await readFile(join(folder, `${name}.sql`), 'utf8')).replaceAll('\r\n', '\n');
      const depends = [...text.matchAll(/^-- depends: *(.*)$/gm)].flatMap(
        ([, list]) => list?.split(',').map((other) => other.trim()) ?? [],
      );
      return { name, text, depends: depends.filter((other) => other !== '') };
    }),
  );
}
