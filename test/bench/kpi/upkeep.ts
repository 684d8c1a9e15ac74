import type { Page } from '#contract';
import type { Database } from '../../../src/store/database.ts';
import type { Family } from '../../../src/store/tables.ts';
import { tenantWith } from '../../support/scripted-stream.ts';
import { spread, type Spread } from '../measure.ts';
import { pagesOf, syncPages } from '../sync-path.ts';
import { Meter } from './meter.ts';
import { salesToKnownCustomers, writesOf, type FamilyWrite } from './upkeep-rows.ts';

/** Rows of one writing transaction. */
const ROWS = 10_000;

/** What a family's roll-ups add to a write of 10,000 new rows of its largest streams. */
export interface Upkeep {
  /** Time in the statements that keep roll-ups, against the rest of the same writing transaction. */
  readonly share: Spread;
  /** The writing transaction, milliseconds. */
  readonly write_ms: Spread;
}

/** The share of every family, each repetition a tenant of its own. */
export async function upkeepByFamily(writerUrl: string, repeat: number): Promise<Record<Family, Upkeep>> {
  const shares = {} as Record<Family, Upkeep>;
  for (const [family, write] of Object.entries(writesOf(ROWS)) as [Family, FamilyWrite][])
    shares[family] = await upkeepOf(writerUrl, write, repeat);
  return shares;
}

/** The share of sales where the buyers are known. */
export function upkeepOfKnownCustomers(writerUrl: string, repeat: number): Promise<Upkeep> {
  return upkeepOf(writerUrl, salesToKnownCustomers(ROWS), repeat);
}

async function upkeepOf(writerUrl: string, write: FamilyWrite, repeat: number): Promise<Upkeep> {
  const { source } = write;
  const masters = pagesOf(write.masters);
  const pages = write.isSnapshot ? [snapshotOf(write)] : pagesOf(write.drafts);
  const shares: number[] = [];
  const writes: number[] = [];
  // One session for all, as a worker's writes batch after batch: what a session's first statement costs is not a roll-up's.
  const meter = new Meter(writerUrl);
  try {
    for (let i = -1; i < repeat; i += 1) {
      const { tenantId, connections } = await tenantWith(meter.db, [source]);
      const place = { tenantId, connectionId: connections[source]!, source };
      if (write.masters.length > 0) await syncPages(meter.db, place, ROWS, masters);
      meter.reset();
      await syncPages(meter.db, place, ROWS, pages);
      await checkWritten(meter.db, tenantId);
      // The first time warms caches up.
      if (i < 0) continue;
      shares.push(meter.upkeep / (meter.written - meter.upkeep));
      writes.push(meter.written);
    }
  } finally {
    await meter.db.close();
  }
  return { share: spread(shares), write_ms: spread(writes) };
}

/** A complete state is one page. */
function snapshotOf({ drafts }: FamilyWrite): Page {
  const page = pagesOf(drafts).at(-1)!;
  const entities = [...new Set(drafts.map(({ entity }) => entity))];
  return { ...page, drafts, snapshot: { entities, counted: drafts.length } };
}

/** A write of something else than its rows would still give a number; the balance of its run tells. */
async function checkWritten(db: Database, tenantId: string): Promise<void> {
  const { rows } = await db.transaction(tenantId, ({ query }) =>
    query<{ inserted: number }>(
      `select coalesce(sum(c.inserted), 0)::int as inserted from ops.run_counts c
       where c.tenant_id = $1 and c.run_id = (select r.id from ops.runs r where r.tenant_id = $1 order by r.started_at desc limit 1)`,
      [tenantId],
    ),
  );
  const inserted = rows[0]?.inserted;
  if (inserted !== ROWS) throw new Error(`the write inserted ${inserted} rows and not ${ROWS}`);
}
