import { createHash, type Hash } from 'node:crypto';

/**
 * Ids of one tenant's and connection's records of one entity: UUID v5 (RFC 9562) in the namespace of the tenant, over
 * `connection:entity:source id`. The common part is hashed once, which makes the ids cheap enough for every row and reference.
 */
export function recordIds(tenantId: string, connectionId: string): (entity: string, sourceId: string) => string {
  const prefixes = new Map<string, Hash>();
  const namespace = Buffer.from(tenantId.replaceAll('-', ''), 'hex');
  return (entity, sourceId) => {
    let prefix = prefixes.get(entity);
    if (prefix === undefined) {
      prefix = createHash('sha1').update(namespace).update(`${connectionId}:${entity}:`);
      prefixes.set(entity, prefix);
    }
    const bytes = prefix.copy().update(sourceId, 'utf8').digest().subarray(0, 16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x50;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = bytes.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
