import type { Database } from './database.ts';

/** A place that holds stock, and whether what is there is counted. */
export interface SellingPlace {
  readonly location_id: string;
  readonly source: string;
  readonly location: string;
  readonly holds_own: boolean;
  /** What a person said; null when nothing. */
  readonly said: boolean | null;
  readonly sells: boolean;
}

const LIST = `select location_id, source, location, holds_own, said, sells from kpi.stock_places
  where tenant_id = $1 and (holds_own or said is not null) order by source, location, location_id`;
const SAY = `insert into kpi.location_settings (tenant_id, location_id, sells) values ($1, $2, $3)
  on conflict (tenant_id, location_id) do update set sells = excluded.sells, set_at = now()`;
const FORGET = 'delete from kpi.location_settings where tenant_id = $1 and location_id = $2';

/** The places of a tenant that hold own stock, or of which something was said. */
export async function listSellingPlaces(db: Database, tenantId: string): Promise<SellingPlace[]> {
  return db.transaction(tenantId, async ({ query }) => (await query<SellingPlace>(LIST, [tenantId])).rows);
}

/** Says whether a place sells, whichever source speaks; null: as its source says. Every stock number follows at once. */
export async function sayWhetherSells(db: Database, tenantId: string, locationId: string, sells: boolean | null): Promise<void> {
  await db.transaction(tenantId, ({ query }) =>
    sells === null ? query(FORGET, [tenantId, locationId]) : query(SAY, [tenantId, locationId, sells]),
  );
}
