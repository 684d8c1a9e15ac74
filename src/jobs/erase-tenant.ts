import { setTimeout as sleep } from 'node:timers/promises';
import { parseRut } from '../normalize/rut.ts';
import type { Author } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { withDirectSession } from '../store/direct-session.ts';
import { beginErasure, endErasure, eraseRows } from '../store/erase-tenant.ts';
import { dropReader } from '../store/reader-role.ts';
import { dropTenantJobs } from './queue-care.ts';

export interface ErasureDeps {
  readonly db: Database;
  readonly queueUrl: string;
  /** Of an administrator of roles, without a pooler. */
  readonly directUrl: string;
  /** Takes the tenant out of Metabase; null: none is configured, and the tenant has nothing in one. */
  readonly leaveMetabase: (() => Promise<unknown>) | null;
  /** Forgets a secret that this service keeps itself. @returns false when it is kept elsewhere, by somebody else */
  forgetSecret(reference: string): Promise<boolean>;
}

export interface Erased {
  /** Rows by table, of this run: one that was cut off has deleted others before. */
  readonly rows: Readonly<Record<string, number>>;
  /** References to secrets that a person has to delete where they are. */
  readonly secretsElsewhere: readonly string[];
}

/** Workers are still at something of the tenant. Everything that was done stays done. */
export class TenantBusy extends Error {
  override readonly name = 'TenantBusy';
  readonly code = 'tenant_busy';
  readonly advice = 'Type it again in two minutes: by then they have ended, or were found dead';
}

/** Longest a job goes on after its tenant was closed: a slice, and its last requests. */
const PATIENCE_SECONDS = 45;

/**
 * Erases a company: its jobs, what it has in Metabase, the role it reads with, every row of it in every table, secrets kept here. The audit
 * stays. May be killed anywhere and repeated: each step finds out for itself what is left to do. Its customers' pseudonyms are gone with
 * the rows; the key they were made with derives from the tenant's id, which no longer stands for anybody.
 * @throws TenantBusy; SourceError when Metabase refuses or is away; nothing is half done then that a repetition would not finish
 */
export async function eraseTenant(
  deps: ErasureDeps,
  tenantId: string,
  options: { readonly author: Author; readonly rut: string; readonly onProgress?: (text: string) => void },
): Promise<Erased> {
  const { db } = deps;
  const { author, onProgress } = options;
  const { reader_role: role, secret_refs: references } = await beginErasure(db, tenantId, author, shown(options.rut));
  onProgress?.('jobs');
  const busy = await endJobs(deps, tenantId);
  if (busy > 0) throw new TenantBusy(`${busy} jobs of this company are still being worked on`);
  onProgress?.('metabase');
  await deps.leaveMetabase?.();
  onProgress?.('reader');
  if (role !== null) await withDirectSession(deps.directUrl, (admin) => dropReader(admin, role));
  const secretsElsewhere: string[] = [];
  for (const reference of references) if (!(await deps.forgetSecret(reference))) secretsElsewhere.push(reference);
  const rows: Record<string, number> = {};
  for (let found = 1; found > 0;) {
    found = 0;
    for await (const gone of eraseRows(db, tenantId)) {
      found += gone.rows;
      rows[gone.table] = (rows[gone.table] ?? 0) + gone.rows;
      onProgress?.(`${gone.table} ${rows[gone.table]}`);
    }
  }
  await dropTenantJobs(deps, tenantId);
  await endErasure(db, tenantId, author, { rows, secrets_elsewhere: secretsElsewhere.length });
  return { rows, secretsElsewhere };
}

/** @returns how many are still being worked on */
async function endJobs(deps: ErasureDeps, tenantId: string): Promise<number> {
  for (let second = 0; ; second += 1) {
    const busy = await dropTenantJobs(deps, tenantId);
    if (busy === 0 || second >= PATIENCE_SECONDS) return busy;
    await sleep(1000);
  }
}

/** A company's RUT may stay in the audit; of a person's only its end. */
function shown(typed: string): string {
  const rut = parseRut(typed);
  if (rut === null || rut.number >= 50_000_000) return typed;
  return `*****${rut.canonical.slice(-5)}`;
}
