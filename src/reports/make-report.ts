import type { Dashboard } from '../dashboards/dashboard.ts';
import type { Database } from '../store/database.ts';
import { metabaseTenant } from '../store/metabase-objects.ts';
import { readPlatform } from '../store/platform.ts';
import { readCards } from './read-cards.ts';
import { renderReport } from './render-report.ts';

export interface ReportDeps {
  /** As the writer: whose report it is. The numbers are read as the reader of the tenant. */
  readonly db: Database;
  readonly directUrl: string;
  readonly roleSecret: string;
}

export interface ReportRequest {
  readonly dashboard: Dashboard;
  /** Null: over all companies, which only a dashboard of the analyst can be. */
  readonly tenantId: string | null;
  /** First and last local day; without them the last 90 days that have ended. */
  readonly from?: string;
  readonly until?: string;
}

export interface Report {
  readonly html: string;
  readonly title: string;
  /** First and last local day; null of a dashboard without a period. */
  readonly from: string | null;
  readonly until: string | null;
  readonly readAt: Date;
  readonly cards: number;
}

/** The zone of what belongs to no company. */
const PLATFORM_ZONE = 'America/Santiago';

/**
 * A dashboard with its numbers of now as a page of HTML, read through the tenant's own role: the walls between companies are the
 * database's. The one over all companies is read as kpi_analyst.
 * @throws Error when tenant and dashboard do not belong together, the tenant has no role, or a card cannot be answered
 */
export async function makeReport(deps: ReportDeps, request: ReportRequest): Promise<Report> {
  const { dashboard, tenantId, from, until } = request;
  if ((dashboard.audience === 'analyst') !== (tenantId === null))
    throw new Error(
      tenantId === null ? `dashboard ${dashboard.key} is of one company` : `dashboard ${dashboard.key} is over all companies, never of one`,
    );
  const reader = tenantId === null ? await analyst(deps.db) : await readerOf(deps.db, tenantId);
  const answers = await readCards({
    url: deps.directUrl,
    roleSecret: deps.roleSecret,
    role: reader.role,
    generation: reader.generation,
    timeZone: reader.locale.timeZone,
    filters: dashboard.filters,
    chosen: { ...(from === undefined ? {} : { desde: from }), ...(until === undefined ? {} : { hasta: until }) },
    cards: dashboard.cards.filter(
      ({ industries }) => industries === undefined || (industries as readonly string[]).includes(reader.industry),
    ),
  });
  const { company, locale } = reader;
  return {
    html: renderReport({ dashboard, company, answers, locale }),
    title: dashboard.title,
    from: answers.filters['desde'] ?? null,
    until: answers.filters['hasta'] ?? null,
    readAt: answers.readAt,
    cards: answers.cards.length,
  };
}

async function readerOf(db: Database, tenantId: string) {
  const tenant = await metabaseTenant(db, tenantId);
  const { readerRole, readerGeneration: generation, rut, companyName, currency, currencyDecimals, timeZone, industry } = tenant;
  if (readerRole === null) throw new Error(`tenant ${rut} has no role to read with; only tenants made by "kpi tenant add" have one`);
  return { role: readerRole, generation, company: { name: companyName, rut }, locale: { currency, currencyDecimals, timeZone }, industry };
}

async function analyst(db: Database) {
  const { currency, currencyDecimals } = await readPlatform(db);
  return {
    role: 'kpi_analyst',
    generation: 1,
    company: null,
    locale: { currency, currencyDecimals, timeZone: PLATFORM_ZONE },
    industry: '',
  };
}
