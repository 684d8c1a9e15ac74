import { SourceError, type Reject } from '#contract';
import type { ListPage, N8nClient, Query } from './client.ts';
import { projectIds, readWorkflow, tagNames } from './mapping.ts';
import type { RawWorkflow } from './raw.ts';
import type { N8nSettings } from './settings.ts';

export interface ScopedWorkflows {
  /** Workflows of this connection, each once. */
  readonly rows: readonly RawWorkflow[];
  readonly rejects: readonly Reject[];
  /**
   * Whether the list is proven complete. The list is paged by offset, so that a workflow made or deleted meanwhile shifts the
   * rest: more than one page counts as complete only when two walks met the same workflows.
   */
  readonly complete: boolean;
}

/**
 * The workflows of the connection's tag and project, or of the whole instance. What the filters let through is checked again:
 * an older release that ignored one would hand over the other tenants of a shared instance.
 * @throws SourceError
 */
export async function workflowsInScope(client: N8nClient, settings: N8nSettings): Promise<ScopedWorkflows> {
  let last = await walk(client, settings);
  let complete = last.pages === 1;
  for (let tries = 0; !complete && tries < 2; tries++) {
    const again = await walk(client, settings);
    complete = sameIds(last.raw, again.raw);
    last = again;
  }
  const found = [...last.raw.values()].map(readWorkflow);
  const read = found.flatMap((one) => ('row' in one ? [one.row] : []));
  const rejects = found.flatMap((one) => ('reject' in one ? [one.reject] : []));
  if (settings.project_id !== undefined && read.length > 0 && read.every((row) => row.shared == null)) {
    throw new SourceError({
      kind: 'config',
      code: 'project_unreadable',
      message: 'n8n workflows: this release does not say which project a workflow belongs to',
      advice: 'Tag the workflows of the tenant and connect with tag instead of project_id.',
    });
  }
  return { rows: read.filter((row) => isInScope(row, settings)), rejects, complete: complete && rejects.length === 0 };
}

/** What tags of tenants begin with on this instance, e.g. `tenant:`; null when the connection's tag does not say. */
export function tagPrefix(settings: N8nSettings): string | null {
  return settings.tag?.includes(':') === true ? settings.tag.slice(0, settings.tag.indexOf(':') + 1) : null;
}

/** Workflows without a tag of any tenant: they count for nobody. */
export function ofNobody(all: readonly RawWorkflow[], prefix: string): RawWorkflow[] {
  return all.filter((row) => !tagNames(row).some((tag) => tag.startsWith(prefix)));
}

/** The first few names, cut, for a person. */
export function namesOf(rows: readonly Pick<RawWorkflow, 'name'>[]): string {
  const shown = rows.slice(0, 5).map((row) => row.name.slice(0, 60));
  return shown.join(', ') + (rows.length > shown.length ? ' …' : '');
}

/** Whether the connection takes only part of the instance. */
export function isScoped(settings: N8nSettings): boolean {
  return settings.tag !== undefined || settings.project_id !== undefined;
}

export function isInScope(row: RawWorkflow, settings: N8nSettings): boolean {
  if (settings.tag !== undefined && !tagNames(row).includes(settings.tag)) return false;
  return settings.project_id === undefined || projectIds(row).includes(settings.project_id);
}

interface Walked {
  /** Rows by id; a row without a readable id stands under its position. */
  readonly raw: Map<string, unknown>;
  readonly pages: number;
}

/** One walk over the list. Workflows carry their nodes twice, so a page can outgrow the largest accepted answer: then in smaller ones. */
async function walk(client: N8nClient, settings: N8nSettings): Promise<Walked> {
  try {
    return await walkBy('250', client, settings);
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'data') throw error;
    return walkBy('10', client, settings);
  }
}

async function walkBy(limit: Query['limit'], client: N8nClient, settings: N8nSettings): Promise<Walked> {
  const query: Query = {
    limit,
    excludePinnedData: 'true',
    ...(settings.tag === undefined ? {} : { tags: settings.tag }),
    ...(settings.project_id === undefined ? {} : { projectId: settings.project_id }),
  };
  const raw = new Map<string, unknown>();
  let pages = 0;
  let cursor: string | null = null;
  do {
    const page: ListPage = await client.list('workflows', cursor === null ? query : { ...query, cursor });
    for (const row of page.rows) raw.set(idOf(row) ?? `?${raw.size}`, row);
    pages += 1;
    // A cursor that does not move would walk for ever.
    cursor = page.nextCursor === cursor ? null : page.nextCursor;
  } while (cursor !== null);
  return { raw, pages };
}

function idOf(row: unknown): string | null {
  const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : null;
  return typeof id === 'string' ? id : null;
}

function sameIds(a: Map<string, unknown>, b: Map<string, unknown>): boolean {
  return a.size === b.size && [...a.keys()].every((id) => b.has(id));
}
