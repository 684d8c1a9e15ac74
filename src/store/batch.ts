import type { Cursor, Entity, Notice, Refused, Row } from '#contract';
import type { GoneRecords } from './gone-records.ts';

/** Everything that is to be committed together: rows, refusals, counters and the place reached. */
export interface Batch {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly source: string;
  readonly stream: string;
  readonly lane: string;
  readonly epoch: bigint;
  readonly runId: string;
  readonly rows: readonly Row[];
  readonly refused: readonly Refused[];
  readonly excluded: readonly { readonly entity: Entity; readonly rules: Readonly<Record<string, number>> }[];
  /** The place after the last page; null leaves the cursor where it is (the stream is being held). */
  readonly cursor: Cursor | null;
  readonly pages: number;
  /** The last page of a walk: its coverage becomes the stream's. */
  readonly end: boolean;
  readonly covered: { readonly from: string | null; readonly until: string } | null;
  /** Entities of which `rows` is the complete state of the connection, read at `readSeq`. */
  readonly snapshot: { readonly entities: readonly Entity[]; readonly readSeq: bigint } | null;
  /** What a sweep has found deleted. */
  readonly gone?: GoneRecords;
  readonly notices: readonly Notice[];
  readonly held: { readonly because: string; readonly es: string; readonly release: string } | null;
}
