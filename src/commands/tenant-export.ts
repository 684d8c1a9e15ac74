import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { exportToFolder } from '../jobs/export-to-folder.ts';
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
      const manifest = await exportToFolder({ ...app, release: version }, found, {
        folder,
        author: { who: userInfo().username, reason: options.reason },
        onFile: ({ file, rows }) => terminal.progress(`${file} ${rows}`),
      });
      terminal.endProgress();
      const { files } = manifest;
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      terminal.document(manifest);
      terminal.line(
        terminal.say({ es: `${files.length} tablas, ${rows} filas en ${folder}`, en: `${files.length} tables, ${rows} rows in ${folder}` }),
      );
    });
}
