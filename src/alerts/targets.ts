import { z } from 'zod';
import type { Database } from '../store/database.ts';

/** Where messages go and the key they are signed with. */
export interface AlertTarget {
  readonly url: string;
  readonly secret: string;
  /** Where reports go; without it they wait for a person. */
  readonly reportsUrl?: string | null;
}

const webAddress = z.string().refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'is no http(s) address');

/** What the entry behind a target's reference has to hold. */
export const targetEntry = z
  .object({ url: webAddress, secret: z.string().min(16, 'is shorter than 16 characters'), reports_url: webAddress.optional() })
  .transform(({ url, secret, reports_url: reportsUrl = null }): AlertTarget => ({ url, secret, reportsUrl }));

export interface StoredTarget {
  /** Null: for all tenants without one of their own. */
  readonly tenantId: string | null;
  readonly secretRef: string;
}

const LIST = `select tenant_id as "tenantId", secret_ref as "secretRef" from ops.alert_targets
  where $1::uuid is null or tenant_id is null or tenant_id = $1 order by tenant_id nulls last`;
const SAVE = `insert into ops.alert_targets (tenant_id, secret_ref) values ($1, $2)
  on conflict (tenant_id) do update set secret_ref = excluded.secret_ref, changed_at = clock_timestamp()`;
const REMOVE = 'delete from ops.alert_targets where tenant_id is not distinct from $1';

/** Targets that hold for a tenant, its own first; of everybody without one. */
export async function storedTargets(db: Database, tenantId: string | null): Promise<StoredTarget[]> {
  return (await db.query<StoredTarget>(LIST, [tenantId])).rows;
}

/** Stores where messages go. Only the reference: the values stay where they are. */
export async function saveTarget(db: Database, target: StoredTarget): Promise<void> {
  await db.query(SAVE, [target.tenantId, target.secretRef]);
}

/** @returns whether there was one */
export async function removeTarget(db: Database, tenantId: string | null): Promise<boolean> {
  return ((await db.query(REMOVE, [tenantId])).rowCount ?? 0) > 0;
}
