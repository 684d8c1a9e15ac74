import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import type { Dashboard } from '../dashboards/dashboard.ts';
import { DASHBOARDS } from '../dashboards/index.ts';
import { embedDashboard } from '../metabase/embed.ts';
import { findChromium } from '../reports/find-chromium.ts';
import { makeReport } from '../reports/make-report.ts';
import { renderPdf } from '../reports/render-pdf.ts';
import { isDay } from '../store/local-instant.ts';
import type { TenantRow } from '../store/tenants.ts';
import { findTenant, type CommandContext } from './context.ts';
import { reportScheduleCommands } from './report-schedule.ts';
import { UsageError } from './terminal.ts';

interface ReportOptions {
  readonly tenant?: string;
  readonly out?: string;
  readonly from?: string;
  readonly until?: string;
  readonly own: boolean;
}

/** Long enough for one printing; the address is seen by whoever may list this machine's processes. */
const EMBED_SECONDS = 120;

/** `kpi report`: a dashboard on paper. */
export function reportCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const command = program
    .command('report')
    .description('a dashboard with its numbers of now, as a page of HTML or a PDF')
    .argument('<dashboard>', DASHBOARDS.map(({ key }) => key).join(', '))
    .option('--out <file>', 'where to: a file ending in .html or .pdf; a PDF needs Chromium')
    .option('--tenant <rut|id>', 'the company; only "ejecutiva" has none')
    .option('--from <day>', 'first local day; without it the last 90 days that have ended')
    .option('--until <day>', 'last local day')
    .option('--own', 'a PDF of the page of this service also where a Metabase is configured', false)
    .addHelpText('after', '\nExample:\n  kpi report ventas --tenant 76042235-5 --out ventas.pdf --from 2026-11-01 --until 2026-11-30')
    .action(async (wanted: string, options: ReportOptions) => {
      const dashboard = DASHBOARDS.find(({ key }) => key === wanted.toLowerCase());
      if (dashboard === undefined)
        throw new UsageError(`there is no dashboard "${wanted}"; there are: ${DASHBOARDS.map(({ key }) => key).join(', ')}`);
      const { out } = options;
      if (out === undefined) throw new UsageError('say where to: --out <file>, ending in .html or .pdf');
      const kind = extname(out).toLowerCase();
      if (kind !== '.html' && kind !== '.pdf') throw new UsageError(`--out is "${out}"; it ends in .html or .pdf`);
      const period = periodOf(dashboard, options);
      if (dashboard.audience === 'analyst' && options.tenant !== undefined)
        throw new UsageError(`${dashboard.key} is over all companies; leave out --tenant`);
      if (dashboard.audience === 'tenant' && options.tenant === undefined)
        throw new UsageError(`${dashboard.key} is of one company: name it with --tenant`);
      // Before anything is read: without it there will be no file.
      const chromium = kind === '.pdf' ? await findChromium(context.config.chromium) : null;
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const said = { file: out, dashboard: dashboard.key, tenant_id: tenant?.id ?? null };
      if (chromium !== null && tenant !== null && context.config.metabase !== null && !options.own) {
        const url = await metabasePage(app, tenant, dashboard, period);
        await writeFile(out, await renderPdf({ url }, { chromium }), { mode: 0o600 });
        terminal.document({ ...said, rendered_by: 'metabase', from: period.from ?? null, until: period.until ?? null });
      } else {
        const { db, directUrl, roleSecret } = app;
        const report = await makeReport({ db, directUrl, roleSecret }, { dashboard, tenantId: tenant?.id ?? null, ...period });
        await writeFile(out, chromium === null ? report.html : await renderPdf(report, { chromium }), { mode: 0o600 });
        const { from, until, cards, readAt } = report;
        terminal.document({ ...said, rendered_by: 'kpi', from, until, cards, read_at: readAt });
      }
      terminal.line(`${dashboard.title}  ${tenant?.company_name ?? ''}`.trimEnd());
      terminal.line(terminal.say({ es: `Guardado en ${out}`, en: `Written to ${out}` }));
    });
  reportScheduleCommands(command, context);
}

type Period = Pick<ReportOptions, 'from' | 'until'>;

/** @throws UsageError for what is no day, a period that ends before it begins, or one of a dashboard that has none */
function periodOf(dashboard: Dashboard, { from, until }: Period): Period {
  for (const [name, day] of Object.entries({ from, until })) {
    if (day === undefined) continue;
    if (!isDay(day)) throw new UsageError(`--${name} is "${day}"; write a day like 2026-11-30`);
    if (dashboard.filters.length === 0) throw new UsageError(`${dashboard.key} has no period; leave out --${name}`);
  }
  if ((from === undefined) !== (until === undefined)) throw new UsageError('--from and --until go together');
  if (from === undefined || until === undefined) return {};
  if (from > until) throw new UsageError(`--from ${from} is after --until ${until}`);
  return { from, until };
}

/** The signed address of the dashboard in Metabase, with its period as filters. */
async function metabasePage(app: App, tenant: TenantRow, dashboard: Dashboard, { from, until }: Period): Promise<string> {
  const embed = await embedDashboard({ ...(await app.embedding()), ttlSeconds: EMBED_SECONDS }, tenant.id, dashboard.key);
  const url = new URL(embed.iframe_url);
  if (from !== undefined) url.searchParams.set('desde', from);
  if (until !== undefined) url.searchParams.set('hasta', until);
  return url.href;
}
