import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audit, type Author } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { exportTenant, type ExportedFile } from '../store/export-tenant.ts';
import { readerPassword } from '../store/reader-passwords.ts';
import { roleUrl } from '../store/role-urls.ts';

export interface ExportDeps {
  readonly db: Database;
  /** A direct connection. */
  readonly directUrl: string;
  readonly roleSecret: string;
  /** Version of this service, for the manifest. */
  readonly release: string;
}

/** What an export holds; written last, so that a folder without it is not whole. */
export interface Manifest {
  readonly tenant_id: string;
  readonly rut: string;
  readonly company_name: string;
  readonly as_of: string;
  readonly version: string;
  readonly files: readonly ExportedFile[];
}

/** Writes a company's tables and the manifest into an empty folder, and who did so and why into the audit. */
export async function exportToFolder(
  deps: ExportDeps,
  tenant: { readonly id: string; readonly rut: string; readonly company_name: string },
  options: { readonly folder: string; readonly author: Author; readonly onFile?: (file: ExportedFile) => void },
): Promise<Manifest> {
  const { db, directUrl, roleSecret } = deps;
  const { folder, author, onFile } = options;
  const { role, generation } = await readerPassword(db, tenant.id);
  const { asOf, files } = await exportTenant({
    tenantId: tenant.id,
    readerUrl: roleUrl(directUrl, role, roleSecret, generation),
    writerUrl: roleUrl(directUrl, 'kpi_writer', roleSecret),
    folder,
    ...(onFile === undefined ? {} : { onFile }),
  });
  const manifest = { tenant_id: tenant.id, rut: tenant.rut, company_name: tenant.company_name, as_of: asOf, version: deps.release, files };
  const draft = join(folder, 'manifest.json.part');
  await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, join(folder, 'manifest.json'));
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  await db.transaction(tenant.id, ({ query }) => audit(query, tenant.id, author, 'tenant.export', { files: files.length, rows }));
  return manifest;
}
