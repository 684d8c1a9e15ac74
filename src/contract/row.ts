import { ENTITIES, type Entity } from './entities.ts';
import type { Field } from './fields.ts';

/** One source column of an entity's table, in the order a row's `values` have. */
export interface Column {
  readonly name: string;
  /** What a draft calls it. */
  readonly field: string;
  readonly pg: Field['pg'];
  /** The entity a reference points to. */
  readonly ref: string | null;
}

/**
 * What `normalize` makes of a draft's identity. These columns have no field: personal data goes in, only keys come out (MEANING of
 * customers: no names).
 */
export const IDENTITY_COLUMNS = ['identity_key', 'rut_key', 'email_key', 'domain_key', 'phone_key', 'rut_generic'] as const;
export type IdentityColumn = (typeof IDENTITY_COLUMNS)[number];

const IDENTITY: readonly Column[] = IDENTITY_COLUMNS.map((name) => ({
  name,
  field: name,
  pg: name === 'rut_generic' ? 'boolean' : 'text',
  ref: null,
}));

function describe(entity: Entity): readonly Column[] {
  const fields: Record<string, Field> = ENTITIES[entity];
  const columns = Object.entries(fields).map(([name, field]) => ({
    name: field.column ?? name,
    field: name,
    pg: field.pg,
    ref: field.ref ?? null,
  }));
  return entity === 'customer' ? [...columns, ...IDENTITY] : columns;
}

const COLUMNS = Object.fromEntries((Object.keys(ENTITIES) as Entity[]).map((entity) => [entity, describe(entity)])) as Record<
  Entity,
  readonly Column[]
>;

/** The source columns of an entity's table; derived columns are the store's. */
export function columnsOf(entity: Entity): readonly Column[] {
  return COLUMNS[entity];
}

/** A record ready to be stored. All values are Postgres text, in canonical form, so that equal content has an equal hash. */
export interface Row {
  readonly entity: Entity;
  /** UUID v5 of (tenant, connection, entity, source id): the same on every read, on every machine. */
  readonly id: string;
  readonly sourceId: string;
  readonly sourceCreatedAt: string | null;
  /** UTC instant with six decimals, or `-infinity` where the source has no clock. */
  readonly sourceUpdatedAt: string;
  readonly sourceSeq: number;
  readonly readSeq: bigint;
  /** First 16 bytes of SHA-256 over every source column and the source's version, as hex. */
  readonly hash: string;
  readonly values: readonly (string | null)[];
  /** White-listed payload as JSON text. */
  readonly raw: string | null;
  readonly complete: readonly Entity[];
}

/** A record that was refused, ready for the quarantine. */
export interface Refused {
  readonly entity: Entity;
  readonly sourceId: string | null;
  readonly reason: string;
  readonly payload: string;
  readonly payloadLength: number;
  readonly payloadSha256: string;
}
