import { createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { exportMonth } from '../reconcile/export/export-month.ts';
import type { MonthExport } from '../reconcile/export/month-export.ts';
import { EXPORT_PARTS, type ExportPart } from '../reconcile/export/month-sheets.ts';
import { EXPORT_FORMATS, exportFileName, writeExport, type ExportFormat } from '../reconcile/export/write-export.ts';
import { keepOpenFindings } from '../reconcile/keep-open-findings.ts';
import { monthIsClosed } from '../reconcile/month-is-closed.ts';
import { NothingToCompare } from '../reconcile/nothing-to-compare.ts';
import { warningText } from '../reconcile/warning-text.ts';
import type { WrittenSheet } from '../spreadsheet/sheet.ts';
import type { Database } from '../store/database.ts';
import { recordUrls } from '../store/record-urls.ts';
import { findTenant, type CommandContext } from './context.ts';
import { requireMonth } from './reconcile-close.ts';
import { UsageError, type Terminal } from './terminal.ts';

interface ExportOptions {
  readonly tenant: string;
  readonly month: string;
  readonly format?: string;
  readonly out: string;
  readonly part?: string;
  readonly live: boolean;
  readonly strict: boolean;
  readonly force: boolean;
}

const STDOUT = '-';

/** `kpi reconcile export`: a month as finance takes it away. */
export function exportCommand(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('export')
    .description('a month as a file for finance: both bridges, classes, every finding, documents by type; as closed, or as it is now')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--month <YYYY-MM>', 'the month, by local day')
    .option('--out <file|folder|->', 'where to; - is standard output', STDOUT)
    .option('--format <format>', `${EXPORT_FORMATS.join(', ')}; by the file's ending when left out: .xlsx, else csv-es`)
    .option('--part <table>', `one table alone, of: ${EXPORT_PARTS.join(', ')}`)
    .option('--live', 'the month as it is now, although it is closed', false)
    .option('--strict', 'refuse when a side is stale, held, paused or being read again, instead of saying so in the file', false)
    .option('--force', 'write over a file that is there', false)
    .addHelpText(
      'after',
      `
csv-es has semicolons and decimal commas and opens in Excel in Spanish by a double click; csv has commas and decimal points, for programs.
Of a closed month it is what was kept at the closing, whatever changed since; the changes are a table of their own.
With --json it prints what was written: file, format, tables with their rows, warnings.

Examples:
  kpi reconcile export --tenant 76042235-5 --month 2026-11 --out noviembre.xlsx
  kpi reconcile export --tenant 76042235-5 --month 2026-11 --out /srv/finanzas/     names the file by company, month and state
  kpi reconcile export --tenant 76042235-5 --month 2026-11 --format csv --part findings | wc -l`,
    )
    .action(async (options: ExportOptions) => {
      requireMonth(options.month);
      const only = partOf(options.part);
      const out = options.out === STDOUT ? STDOUT : resolve(options.out);
      const isFolder = out !== STDOUT && existsSync(out) && statSync(out).isDirectory();
      const format = formatOf(options.format, isFolder ? null : out);
      if (out === STDOUT && terminal.json)
        throw new UsageError('--json says what was written, so the export needs another place: name it with --out');
      if (out === STDOUT && format === 'xlsx' && process.stdout.isTTY)
        throw new UsageError('a workbook is not for a terminal; name a file with --out');
      if (out !== STDOUT && !isFolder) refuseOverwriting(out, options.force);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const request = { tenantId: tenant.id, month: options.month, live: options.live, strict: options.strict, keep: true };
      // As before a comparison: what speaks for now is also what is open now.
      if (options.live || !(await monthIsClosed(app.db, tenant.id, options.month))) await keepWhatIsOpen(app.db, tenant.id);
      const urlOf = await recordUrls(app, tenant.id);
      const make = (place: string) =>
        exportMonth(app.db, { ...request, urlOf }, async (exported) => {
          const file = isFolder ? join(place, exportFileName(exported, format, only)) : place;
          refuseOverwriting(file, options.force);
          return { exported, file, sheets: await writeWhole(file, (sink) => writeExport(exported, { format, only }, sink)) };
        });
      if (out !== STDOUT) return tell(terminal, await make(out), format);
      tell(terminal, { ...(await toStandardOutput(make)), file: STDOUT }, format);
    });
}

function partOf(text: string | undefined): ExportPart | null {
  if (text === undefined) return null;
  const found = EXPORT_PARTS.find((part) => part === text);
  if (found === undefined) throw new UsageError(`--part is "${text}"; there are: ${EXPORT_PARTS.join(', ')}`);
  return found;
}

/** @param file null for a folder, and for what has no name */
function formatOf(text: string | undefined, file: string | null): ExportFormat {
  if (text === undefined) return file !== null && extname(file).toLowerCase() === '.xlsx' ? 'xlsx' : 'csv-es';
  const found = EXPORT_FORMATS.find((format) => format === text);
  if (found === undefined) throw new UsageError(`--format is "${text}"; there are: ${EXPORT_FORMATS.join(', ')}`);
  return found;
}

function refuseOverwriting(file: string, force: boolean): void {
  if (existsSync(file) && !force) throw new UsageError(`${file} is there already; name another file, or say --force to write over it`);
  if (!existsSync(dirname(file))) throw new UsageError(`there is no folder ${dirname(file)}; make it first`);
}

async function keepWhatIsOpen(db: Database, tenantId: string): Promise<void> {
  try {
    await keepOpenFindings(db, { tenantId, asOf: new Date().toISOString() });
  } catch (error) {
    // Of one side alone nothing is followed, and it is exported without it.
    if (!(error instanceof NothingToCompare)) throw error;
  }
}

/** Under another name until it is whole: what has the file's name is never half of it. */
async function writeWhole<T>(file: string, write: (sink: Writable) => Promise<T>): Promise<T> {
  const draft = `${file}.${process.pid}.part`;
  try {
    const sink = createWriteStream(draft);
    const done = await write(sink);
    await finished(sink);
    await rename(draft, file);
    return done;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** By way of a file: whoever reads standard output may take hours over a page, and no transaction waits for that. */
async function toStandardOutput<T>(make: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kpi-export-'));
  try {
    const made = await make(join(folder, 'month'));
    const file = await open(join(folder, 'month'));
    // Gone before it is read, where the system lets one: who has seen enough (`| head`) ends this program at once.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    await pipeline(file.createReadStream(), process.stdout, { end: false });
    return made;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Written {
  readonly exported: MonthExport;
  readonly file: string;
  readonly sheets: readonly WrittenSheet[];
}

/** What was written, and on stderr, where it is seen also behind a pipe, what makes it less than certain. */
function tell(terminal: Terminal, { exported, file, sheets }: Written, format: ExportFormat): void {
  const { month, isClosed, company, reconciliation, documents } = exported;
  const warnings = [...(reconciliation?.warnings ?? []), ...(documents?.warnings ?? [])];
  for (const warning of warnings) process.stderr.write(`!! ${terminal.say(warningText(warning))}\n`);
  terminal.document({ file, format, month, rut: company.rut, state: isClosed ? 'closed' : 'live', sheets, warnings });
  if (file === STDOUT) return;
  terminal.table(
    [
      { title: { es: 'Tabla', en: 'Table' }, value: (sheet) => sheet.name },
      { title: { es: 'Filas', en: 'Rows' }, value: (sheet) => sheet.rows, right: true },
    ],
    sheets,
  );
  const state = terminal.say(isClosed ? { es: 'como se cerró', en: 'as it was closed' } : { es: 'vivo', en: 'live' });
  terminal.line();
  terminal.line(`  ${month}, ${state}: ${file}`);
}
