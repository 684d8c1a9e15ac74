import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { eraseCustomer, type ErasureSubject } from '../store/erase-customer.ts';
import { rutToErase } from '../store/erase-tenant.ts';
import { exportCustomer } from '../store/export-customer.ts';
import { describeDatabaseError } from '../store/pg-errors.ts';
import { settlePrivacyRequest } from '../store/privacy-requests.ts';
import { beginTenantJob, endTenantJob, type TenantJob, type TenantJobKind } from '../store/tenant-jobs.ts';
import { listTenants } from '../store/tenants.ts';
import { eraseTenant, TenantBusy } from './erase-tenant.ts';
import { exportToFolder } from './export-to-folder.ts';
import type { JobDeps, TenantCare } from './job-deps.ts';
import { removeOldExports } from './old-exports.ts';

const ERASE = z.object({ leave_metabase: z.boolean().default(false) });
const PERSON = z.object({
  subjects: z.array(z.object({ kind: z.enum(['rut', 'email', 'phone', 'customer']), key: z.string() })),
  records: z.int().optional(),
});

/** Does its work and says what came of it. */
type Work = (deps: JobDeps, care: TenantCare, job: TenantJob) => Promise<Readonly<Record<string, unknown>>>;

const WORK: Readonly<Record<TenantJobKind, Work>> = {
  export: exportCompany,
  erase: eraseCompany,
  customer_export: exportPerson,
  customer_erase: erasePerson,
};

/**
 * Does an export or an erasure that was asked for. Why it cannot be done is written down with it; a database that is away, a worker that
 * stops and a company that is still being read bring it back by themselves, and it goes on or begins anew.
 */
export async function tenantJob(deps: JobDeps, tenantId: string, jobId: string, stopping: AbortSignal): Promise<void> {
  const { db, care } = deps;
  const job = await beginTenantJob(db, tenantId, jobId);
  if (job === null) return;
  if (care === undefined) throw new Error('this worker neither exports nor erases');
  try {
    await endTenantJob(db, tenantId, jobId, { result: await WORK[job.kind](deps, care, job) });
    if (job.kind === 'customer_erase') await settlePrivacyRequest(db, tenantId, jobId);
  } catch (error) {
    if (stopping.aborted || error instanceof TenantBusy || describeDatabaseError(error)?.kind === 'transient') throw error;
    const message = error instanceof Error ? error.message : String(error);
    const advice = error instanceof Error && 'advice' in error ? `. ${String(error.advice)}` : '';
    deps.sync.log.warn({ tenant_id: tenantId, job_id: jobId, err: error }, `${job.kind} failed`);
    await endTenantJob(db, tenantId, jobId, { problem: `${message}${advice}`.slice(0, 2000) });
  }
}

const authorOf = ({ requested_by: who, reason }: TenantJob) => ({ who, reason });

async function exportCompany({ db }: JobDeps, care: TenantCare, job: TenantJob) {
  const tenant = (await listTenants(db)).find(({ id }) => id === job.tenant_id);
  if (tenant === undefined) throw new Error(`there is no tenant ${job.tenant_id}`);
  const folder = await emptyFolder(care, job);
  const { as_of, files } = await exportToFolder({ ...care, db }, tenant, { folder, author: authorOf(job) });
  return {
    as_of,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    files: [...files.map(({ file, rows, bytes, sha256 }) => ({ file, rows, bytes, sha256 })), { file: 'manifest.json' }],
  };
}

async function eraseCompany({ db }: JobDeps, care: TenantCare, job: TenantJob) {
  const rut = await rutToErase(db, job.tenant_id);
  // Its last step had been done when a worker died.
  if (rut === null) return { rows: 0, secrets_elsewhere: [] };
  const leaveMetabase = await care.metabaseToLeave(job.tenant_id, ERASE.parse(job.about).leave_metabase);
  const erased = await eraseTenant({ ...care, db, leaveMetabase }, job.tenant_id, { author: authorOf(job), rut });
  await rm(join(care.exportsFolder, job.tenant_id), { recursive: true, force: true });
  return { rows: Object.values(erased.rows).reduce((sum, n) => sum + n, 0), secrets_elsewhere: erased.secretsElsewhere };
}

async function exportPerson({ db }: JobDeps, care: TenantCare, job: TenantJob) {
  const { tables, rows } = await exportCustomer(db, job.tenant_id, subjectsOf(job));
  const folder = await emptyFolder(care, job);
  const file = 'customer.json';
  const contents = { tenant_id: job.tenant_id, as_of: new Date().toISOString(), tables };
  await writeFile(join(folder, file), `${JSON.stringify(contents, null, 2)}\n`, { mode: 0o600 });
  return { rows, files: [{ file, rows }] };
}

/** A person who is known by several things is erased by each: the pseudonyms of all of them are kept from coming back. */
async function erasePerson({ db }: JobDeps, _: TenantCare, job: TenantJob) {
  const { records: count } = PERSON.parse(job.about);
  const records = new Map<string, string>();
  let orders = 0;
  for (const subject of subjectsOf(job)) {
    const options = { author: authorOf(job), ...(count === undefined ? {} : { records: count }) };
    const erased = await eraseCustomer(db, job.tenant_id, subject, options);
    for (const { id, source } of erased.records) records.set(id, source);
    orders = Math.max(orders, erased.orders);
  }
  return { records: records.size, orders };
}

function subjectsOf(job: TenantJob): readonly ErasureSubject[] {
  return PERSON.parse(job.about).subjects;
}

/** The job's folder, emptied of what a worker left that died with it. */
async function emptyFolder({ exportsFolder }: TenantCare, { tenant_id, id }: TenantJob): Promise<string> {
  await removeOldExports(exportsFolder);
  const folder = join(exportsFolder, tenant_id, id);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
