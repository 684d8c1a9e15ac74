import { SourceError } from '#contract';
import { FIELD_MEANINGS } from '../field-metadata.ts';
import type { FieldAnswer, FieldRequest, MetadataAnswer } from '../wire.ts';
import { differing } from '../holds.ts';
import type { Work } from '../work.ts';

export interface Patience {
  readonly sleep: (ms: number) => Promise<void>;
  /** How often to look for the tables, a pause between that grows: all of it takes some minutes. */
  readonly looks: number;
  readonly pauseMs: number;
}

export const PATIENCE: Omit<Patience, 'sleep'> = { looks: 30, pauseMs: 2000 };
const LONGEST_PAUSE_MS = 15_000;

/** Keys, joins and drop-downs of what Metabase has found in the warehouse; waits for it when it has just been connected. */
export async function settleFields(work: Work, databaseId: number | null, patience: Patience): Promise<void> {
  const note = (status: 'create' | 'unchanged' | 'drift', changes: readonly string[]) =>
    work.note({ kind: 'fields', key: 'main', name: 'keys, joins and value lists', status, id: databaseId, changes });
  if (databaseId === null) {
    note('create', []);
    return;
  }
  const fields = await tablesFound(work, databaseId, patience);
  if (fields === null) {
    note('create', ['Metabase has not read all tables yet']);
    return;
  }
  const changes: { readonly id: number; readonly column: string; readonly request: FieldRequest }[] = [];
  for (const { column, semantic_type, target, has_field_values } of FIELD_MEANINGS) {
    const field = fields.get(column)!;
    const request: FieldRequest = {
      ...(semantic_type === undefined ? {} : { semantic_type }),
      ...(target === undefined ? {} : { fk_target_field_id: fields.get(target)!.id }),
      ...(has_field_values === undefined ? {} : { has_field_values }),
    };
    if (differing(field, request).length > 0) changes.push({ id: field.id, column, request });
  }
  note(
    changes.length === 0 ? 'unchanged' : 'drift',
    changes.map(({ column }) => column),
  );
  for (const { id, request } of changes) await work.change(() => work.client.updateField(id, request), {});
}

/** Fields by `schema.table.column`; null in a mere look at a Metabase that has not read them all. @throws SourceError after the wait */
async function tablesFound(work: Work, databaseId: number, patience: Patience): Promise<Map<string, FieldAnswer> | null> {
  const looks = work.lock === null ? 1 : patience.looks;
  let missing: string[] = [];
  for (let look = 1; look <= looks; look += 1) {
    const fields = byColumn(await work.client.metadata(databaseId));
    missing = FIELD_MEANINGS.flatMap(({ column }) => (fields.has(column) ? [] : [column]));
    if (missing.length === 0) return fields;
    if (work.lock === null) return null;
    // Once more, in case the first request to sync was lost in a crash.
    if (look === 2) await work.change(() => work.client.syncSchema(databaseId), {});
    await work.lock.hold();
    await patience.sleep(Math.min(patience.pauseMs * look, LONGEST_PAUSE_MS));
  }
  throw new SourceError({
    kind: 'transient',
    code: 'metabase_sync_unfinished',
    message: `Metabase has not found ${missing.slice(0, 5).join(', ')} in database ${databaseId}`,
    advice: 'Look at the sync of this database in Metabase (Admin, Databases); when it is through: kpi metabase apply',
  });
}

function byColumn({ tables }: MetadataAnswer): Map<string, FieldAnswer> {
  return new Map(
    tables.flatMap((table) =>
      (table.fields ?? []).map((field) => [`${table.schema ?? 'public'}.${table.name}.${field.name}`, field] as const),
    ),
  );
}
