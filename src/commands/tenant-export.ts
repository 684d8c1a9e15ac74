import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { audit } from '../store/audit.ts';
import { exportTenant } from '../store/export-tenant.ts';
import { readerPassword } from '../store/reader-passwords.ts';
import { roleUrl } from '../store/role-urls.ts';
import { version } from '../version.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

/** `kpi tenant export`: a company's tables as files, for the company. */
export function tenantExportCommand(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  tenant
    .command('export')
    .description('write a company’s tables as CSV files, all as of one instant, with a manifest of rows and sha256')
    .argument('<rut|id>', 'the company')
    .requiredOption('--out <folder>', 'a folder that is new or empty')
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .addHelpText(
      'after',
      '\nWhat the company reads itself comes through its own role; *.finance.csv hold what only finance sees. manifest.json is written last:\na folder without it is not whole.\n\nExample:\n  kpi tenant export 76042235-5 --out respaldo',
    )
    .action(async (wanted: string, options: { out: string; reason: string }) => {
      const app = await context.app();
      const found = await findTenant(app, wanted);
      const folder = resolve(options.out);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await readdir(folder)).length > 0) throw new UsageError(`${folder} is not empty; name a folder that is new or empty`);
      const { role, generation } = await readerPassword(app.db, found.id);
      const { asOf, files } = await exportTenant({
        tenantId: found.id,
        readerUrl: roleUrl(app.directUrl, role, app.roleSecret, generation),
        writerUrl: roleUrl(app.directUrl, 'kpi_writer', app.roleSecret),
        folder,
        onFile: ({ file, rows }) => terminal.progress(`${file} ${rows}`),
      });
      terminal.endProgress();
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      const manifest = { tenant_id: found.id, rut: found.rut, company_name: found.company_name, as_of: asOf, version, files };
      const draft = join(folder, 'manifest.json.part');
      await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
      await rename(draft, join(folder, 'manifest.json'));
      const author = { who: userInfo().username, reason: options.reason };
      await app.db.transaction(found.id, ({ query }) => audit(query, found.id, author, 'tenant.export', { files: files.length, rows }));
      terminal.document(manifest);
      terminal.line(
        terminal.say({ es: `${files.length} tablas, ${rows} filas en ${folder}`, en: `${files.length} tables, ${rows} rows in ${folder}` }),
      );
    });
}
