import type { Draft, Entity, Notice, Refused, Row } from '#contract';
import { refuse } from '../normalize/refuse.ts';
import type { Batch } from '../store/batch.ts';
import type { NumberedPage } from './read-pages.ts';
import type { RefusalWindow } from './refusal-window.ts';

export interface Assembly {
  readonly place: Pick<Batch, 'tenantId' | 'connectionId' | 'source' | 'stream' | 'lane' | 'epoch' | 'runId'>;
  readonly normalize: (draft: Draft, readSeq: bigint) => Row | Refused;
  /** Null when a person has accepted the refusals of this run. */
  readonly window: RefusalWindow | null;
  readonly release: string;
  /** Entity that records left out by a rule are counted under. */
  readonly countedAs: Entity;
}

/** Pages become one batch: drafts to rows or refusals, and the place after the last page. */
export function assembleBatch(assembly: Assembly, pages: readonly NumberedPage[]): Batch {
  const rows: Row[] = [];
  const refused: Refused[] = [];
  const notices = new Map<string, Notice>();
  let tooMany = false;
  const keep = (result: Row | Refused) => {
    const isRow = 'hash' in result;
    if (isRow) rows.push(result);
    else refused.push(result);
    if (assembly.window?.add(!isRow) === true) tooMany = true;
  };
  for (const { page, readSeq } of pages) {
    for (const draft of page.drafts) keep(assembly.normalize(draft, readSeq));
    for (const reject of page.rejects) keep(refuse(reject.entity, reject.sourceId, reject.reason, reject.payload));
    for (const notice of page.notices ?? []) notices.set(notice.code, notice);
  }
  const last = pages.at(-1)!;
  // A child or snapshot row that was refused is not absent: what is complete but for refusals must tombstone nothing.
  const spoilt = new Set(refused.map((r) => r.entity));
  const held = tooMany
    ? {
        because: 'more than 5 % of the last 200 records were refused; see: kpi quarantine list',
        es: 'Se rechazó más del 5 % de los últimos 200 registros, y la lectura espera a una persona. Avise a quien administra este servicio.',
        release: assembly.release,
      }
    : null;
  return {
    ...assembly.place,
    rows: spoilt.size === 0 ? rows : rows.map((row) => ({ ...row, complete: row.complete.filter((child) => !spoilt.has(child)) })),
    refused,
    excluded: pages.flatMap(({ page }) => (page.excluded === undefined ? [] : [{ entity: assembly.countedAs, rules: page.excluded }])),
    cursor: held === null ? last.page.cursor : null,
    pages: pages.length,
    end: held === null && last.page.end,
    covered: held === null && last.page.end ? (last.page.covered ?? null) : null,
    snapshot:
      last.page.snapshot === undefined || held !== null
        ? null
        : { entities: last.page.snapshot.entities.filter((entity) => !spoilt.has(entity)), readSeq: last.readSeq },
    notices: [...notices.values()],
    held,
  };
}
