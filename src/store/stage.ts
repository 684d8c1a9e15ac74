import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import type { Entity, Row } from '#contract';
import { copyLine } from './copy-text.ts';
import type { TenantTransaction } from './database.ts';
import { statementsOf } from './statements.ts';

function stagedValues(row: Row): (string | null)[] {
  return [
    row.id,
    row.sourceId,
    row.sourceCreatedAt,
    row.sourceUpdatedAt,
    String(row.sourceSeq),
    String(row.readSeq),
    `\\x${row.hash}`,
    row.raw,
    ...row.values,
  ];
}

/**
 * Sends full rows to a temporary table by COPY. Always before the tenant's lock is taken: no timeout ends the COPY of a frozen
 * client. Row security refuses COPY into the fact tables themselves, so there is always a stage.
 */
export async function copyToStage(tx: TenantTransaction, entity: Entity, rows: readonly Row[]): Promise<void> {
  const { createStage, copy } = statementsOf(entity);
  await tx.query(createStage);
  if (rows.length === 0) return;
  const chunks = function* (): Generator<string> {
    let text = '';
    for (const row of rows) {
      text += copyLine(stagedValues(row));
      if (text.length > 256 * 1024) {
        yield text;
        text = '';
      }
    }
    yield text;
  };
  await pipeline(Readable.from(chunks()), tx.client.query(copyFrom(copy)));
}

/** The few rows that another batch's commit made necessary after all, added under the lock by one plain statement. */
export async function addToStage(tx: TenantTransaction, entity: Entity, rows: readonly Row[]): Promise<void> {
  const values = rows.map(stagedValues);
  const width = values[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, i) => values.map((row) => row[i] ?? null));
  await tx.query(statementsOf(entity).stageRest, columns);
}
