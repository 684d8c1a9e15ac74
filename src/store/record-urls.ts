import type { Connector, RecordPlace } from '#contract';
import { listConnections } from './connections.ts';
import type { Database } from './database.ts';

/** A record as it lies in the warehouse. */
export interface Located {
  readonly entity: string;
  readonly sourceId: string | null;
  readonly refs: RecordPlace['refs'];
  readonly connectionId: string | null;
}

/** The page of a record of a tenant in its source, by its connection's stored settings; null where there is none. */
export async function recordUrls(
  app: { readonly db: Database; readonly connectors: readonly Connector[] },
  tenantId: string,
): Promise<(row: Located) => string | null> {
  const connections = new Map((await listConnections(app.db, { tenantId })).map((row) => [row.id, row]));
  const connectors = new Map(app.connectors.map((connector) => [connector.id, connector]));
  return ({ entity, sourceId, refs, connectionId }) => {
    const connection = connections.get(connectionId ?? '');
    const connector = connectors.get(connection?.source ?? '');
    if (connection === undefined || connector === undefined || sourceId === null) return null;
    const place = { entity: entity as RecordPlace['entity'], sourceId, refs };
    return connector.recordUrl(connection.settings, { ...place, version: connection.source_version });
  };
}
