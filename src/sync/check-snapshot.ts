import { SourceError, type Page } from '#contract';
import { countLiveRows } from '../store/live-rows.ts';
import type { Database } from '../store/database.ts';
import type { LanePlace } from '../store/lease.ts';

/**
 * A snapshot replaces what was there, so it must be whole: as many records as the source counted, and not empty where there were rows.
 * @throws SourceError transient when it is not; the rows of before stay
 */
export async function checkSnapshot(db: Database, place: LanePlace, page: Page): Promise<void> {
  if (page.snapshot === undefined) return;
  const { entities, counted } = page.snapshot;
  const ids = new Set<string>();
  for (const draft of page.drafts) if (entities.includes(draft.entity)) ids.add(`${draft.entity}/${draft.sourceId}`);
  const found = ids.size + page.rejects.filter((reject) => entities.includes(reject.entity)).length;
  const refuse = (message: string) =>
    new SourceError({
      kind: 'transient',
      code: 'incomplete_snapshot',
      message,
      advice: 'Nothing was replaced; it is read again by itself. If it stays so, check the rights of the account: kpi check',
    });
  if (found !== counted) throw refuse(`the source counts ${counted} records and gave ${found}`);
  if (counted > 0) return;
  for (const entity of entities) {
    const rows = await countLiveRows(db, place.tenantId, place.connectionId, entity);
    if (rows > 0) throw refuse(`the source gave no ${entity} where there were ${rows}`);
  }
}
