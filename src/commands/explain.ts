import { Option, type Command } from 'commander';
import { explainKpi } from '../store/explain-kpi.ts';
import { readKpiCatalogue } from '../store/kpi-catalogue.ts';
import { isDay } from '../store/local-instant.ts';
import { recordUrls } from '../store/record-urls.ts';
import { findTenant, type CommandContext } from './context.ts';
import { requireKpi } from './kpis.ts';
import { UsageError } from './terminal.ts';

interface ExplainOptions {
  readonly tenant: string;
  readonly date?: string;
  readonly raw: boolean;
  readonly limit: number;
}

/** `kpi explain`: the records behind a number, with their pages in the source. */
export function explainCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('explain')
    .description('the records behind a number of one local day, and the report it must agree with')
    .argument('<kpi>', 'its name; list them with: kpi kpis')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--date <day>', "local day of the company, like 2026-11-30; without it, yesterday. Numbers of 'now' have no day")
    .option('--raw', 'with each record as it came from its source', false)
    .addOption(
      new Option('--limit <rows>', 'list at most so many, largest first; the total is over all').default(200).argParser(parseLimit),
    )
    .addHelpText('after', '\nExample:\n  kpi explain sales_by_day --tenant 76042235-5 --date 2026-11-30')
    .action(async (wanted: string, options: ExplainOptions) => {
      const kpi = requireKpi(readKpiCatalogue(), wanted);
      if (options.date !== undefined && !isDay(options.date))
        throw new UsageError(`--date is "${options.date}"; write a day like 2026-11-30`);
      if (options.date !== undefined && !kpi.byDay) throw new UsageError(`${kpi.name} has no day; leave out --date`);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const { limit, raw } = options;
      const found = await explainKpi(app.db, kpi, { tenantId: tenant.id, day: options.date ?? null, limit, raw });
      const urlOf = await recordUrls(app, tenant.id);
      const rows = found.rows.map((row) => ({ ...row, url: urlOf(row) }));
      terminal.document({
        kpi: kpi.name,
        tenant_id: tenant.id,
        date: found.day,
        count: found.count,
        total: found.total,
        must_agree_with: kpi.mustAgreeWith,
        rows: rows.map((row) => ({
          entity: row.entity,
          id: row.id,
          source: row.source,
          source_id: row.sourceId,
          name: row.name,
          contribution: row.contribution,
          url: row.url,
          ...('raw' in row ? { raw: row.raw } : {}),
        })),
      });
      terminal.line(`${kpi.object}  ${tenant.company_name}  ${found.day ?? ''}`.trimEnd());
      terminal.table(
        [
          { title: { es: 'Tipo', en: 'Kind' }, value: (r) => r.entity },
          { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
          { title: { es: 'Id', en: 'Id' }, value: (r) => r.sourceId },
          { title: { es: 'Nombre', en: 'Name' }, value: (r) => r.name },
          { title: { es: 'Aporte', en: 'Contribution' }, value: (r) => r.contribution, right: true },
          { title: { es: 'Enlace', en: 'Link' }, value: (r) => r.url },
        ],
        rows,
      );
      if (raw) for (const row of rows) terminal.line(`  ${row.entity} ${row.sourceId ?? row.id}: ${JSON.stringify(row.raw ?? null)}`);
      terminal.line(
        terminal.say({
          es: `${found.count} registros (se muestran ${rows.length}), total ${found.total ?? '—'}`,
          en: `${found.count} records (${rows.length} shown), total ${found.total ?? '—'}`,
        }),
      );
      terminal.line(`Debe cuadrar con: ${kpi.mustAgreeWith}`);
    });
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw new UsageError(`--limit is "${text}"; it is a number from 1 to 100000`);
  return limit;
}
