import { SourceError } from '#contract';
import { ALL_USERS } from '../client.ts';
import type { Graph } from '../wire.ts';
import type { Work } from '../work.ts';

// `blocked` for view-data is not in the open-source edition: nobody but administrators logs in here, see docs/metabase.md.
const NOTHING = { 'view-data': 'unrestricted', 'create-queries': 'no' } as const;

/** Takes connection and collection away from "All Users", who get every new one by default. */
export async function settleAccess(work: Work, databaseId: number | null, collectionId: number | null): Promise<void> {
  const note = (status: 'create' | 'unchanged' | 'drift', changes: readonly string[]) =>
    work.note({ kind: 'access', key: 'main', name: 'All Users see neither', status, id: null, changes });
  if (databaseId === null || collectionId === null) {
    note('create', []);
    return;
  }
  const database = String(databaseId);
  const collection = String(collectionId);
  const mayQuery = (graph: Graph) => {
    const rights = graph.groups[ALL_USERS]?.[database] as Record<string, unknown> | undefined;
    return (rights?.['create-queries'] ?? 'no') !== 'no';
  };
  const maySee = (graph: Graph) => (graph.groups[ALL_USERS]?.[collection] ?? 'none') !== 'none';
  const databases = await work.client.permissionGraph();
  const collections = await work.client.collectionGraph();
  const changes = [...(mayQuery(databases) ? ['database'] : []), ...(maySee(collections) ? ['collection'] : [])];
  note(changes.length === 0 ? 'unchanged' : 'drift', changes);
  if (mayQuery(databases))
    await work.change(() => put(databases, { [database]: NOTHING }, work.client.permissionGraph, work.client.putPermissionGraph), {});
  if (maySee(collections))
    await work.change(() => put(collections, { [collection]: 'none' }, work.client.collectionGraph, work.client.putCollectionGraph), {});
}

/** A graph that somebody else changed meanwhile is refused as stale: read again, a few times. */
async function put(
  graph: Graph,
  rights: Record<string, unknown>,
  read: () => Promise<Graph>,
  write: (graph: Graph) => Promise<unknown>,
): Promise<object> {
  let { revision } = graph;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write({ revision, groups: { [ALL_USERS]: rights } });
      return {};
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== 'metabase_conflict' || attempt === 5) throw error;
      ({ revision } = await read());
    }
  }
}
