import { listMetabaseObjects, metabaseTenant, type MetabaseObject } from '../store/metabase-objects.ts';
import type { MetabaseDeps } from './deps.ts';
import { LONGEST_SECONDS, signEmbed } from './embed-token.ts';
import { preflight } from './preflight.ts';

export { signEmbed } from './embed-token.ts';

export interface EmbedDeps extends Pick<MetabaseDeps, 'db' | 'client' | 'dashboards'> {
  /** METABASE_EMBEDDING_SECRET. */
  readonly secret: string;
  /** Metabase's address as a browser reaches it, without a slash at the end. */
  readonly siteUrl: string;
  readonly now: () => Date;
  /** Dashboards that were looked at lately, so that an embedding asks Metabase once in a while and not each time. */
  readonly cleared: Cleared;
  /** Default and most 600. */
  readonly ttlSeconds?: number;
}

/** What the portal's page needs; `guest` for Metabase's own component, `iframe_url` for any page. */
export interface Embed {
  readonly dashboard: { readonly key: string; readonly id: number; readonly title: string };
  readonly token: string;
  readonly expires_at: string;
  readonly iframe_url: string;
  readonly guest: { readonly instanceUrl: string; readonly component: 'metabase-dashboard' };
}

/** Why a dashboard is not shown. `reasons` are for operators; only the code and the message go outside. */
export class EmbedRefused extends Error {
  override readonly name = 'EmbedRefused';
  readonly code: 'unknown_dashboard' | 'never_embedded' | 'not_applied' | 'preflight_failed';
  readonly reasons: readonly string[];
  readonly advice: string;

  constructor(code: EmbedRefused['code'], message: string, advice: string, reasons: readonly string[] = []) {
    super(message);
    this.code = code;
    this.advice = advice;
    this.reasons = reasons;
  }
}

const CLEARED_MS = 300_000;

/** Remembers for five minutes that a dashboard passed; one per process. What failed is looked at again each time. */
export class Cleared {
  readonly #until = new Map<string, number>();
  readonly #running = new Map<string, Promise<string[]>>();

  /** Faults of the dashboard; asks at most once at a time. */
  async check(name: string, nowMs: number, look: () => Promise<string[]>): Promise<string[]> {
    if ((this.#until.get(name) ?? 0) > nowMs) return [];
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const asked = look().finally(() => this.#running.delete(name));
    this.#running.set(name, asked);
    const faults = await asked;
    if (faults.length === 0) this.#until.set(name, nowMs + CLEARED_MS);
    else this.#until.delete(name);
    return faults;
  }
}

/**
 * The signed address of one of a tenant's dashboards, by name ("ventas"), title or id. Only what this service has put there for this
 * tenant is found; another tenant's dashboard is as unknown as one that does not exist.
 * @throws EmbedRefused; SourceError when Metabase had to be asked and is away
 */
export async function embedDashboard(deps: EmbedDeps, tenantId: string, nameOrId: string): Promise<Embed> {
  const { client, siteUrl, now, cleared, ttlSeconds = LONGEST_SECONDS } = deps;
  const [tenant, objects] = await Promise.all([
    metabaseTenant(deps.db, tenantId),
    listMetabaseObjects(deps.db, { tenantId, instance: client.instance }),
  ]);
  const object = requireDashboard(deps, objects, nameOrId);
  const database = objects.find(({ kind }) => kind === 'database');
  if (database === undefined) throw notApplied(nameOrId);
  const target = { dashboardId: object.metabaseId, databaseId: database.metabaseId };
  const name = `${tenantId} ${target.dashboardId} ${target.databaseId} ${object.specHash}`;
  const reasons = await cleared.check(name, now().getTime(), () => preflight(client, target));
  if (reasons.length > 0) {
    throw new EmbedRefused(
      'preflight_failed',
      `dashboard ${object.key} was changed in Metabase and is not shown until it is put right`,
      'See "kpi metabase plan", take foreign cards off the dashboard, then "kpi metabase apply"',
      reasons,
    );
  }
  const { token, expiresAt } = await signEmbed({
    dashboardId: object.metabaseId,
    tenantId,
    rut: tenant.rut,
    secret: deps.secret,
    now: now(),
    ttlSeconds,
  });
  return {
    dashboard: { key: object.key, id: object.metabaseId, title: titleOf(deps, object.key) },
    token,
    expires_at: expiresAt.toISOString(),
    iframe_url: `${siteUrl}/embed/dashboard/${token}#bordered=false&titled=true`,
    guest: { instanceUrl: siteUrl, component: 'metabase-dashboard' },
  };
}

function requireDashboard(deps: EmbedDeps, objects: readonly MetabaseObject[], nameOrId: string): MetabaseObject {
  const wanted = plain(nameOrId);
  const template = deps.dashboards.find(({ key, title }) => plain(key) === wanted || plain(title) === wanted);
  if (template?.audience === 'analyst')
    throw new EmbedRefused(
      'never_embedded',
      `dashboard ${template.key} shows all companies and is never embedded`,
      'Open it inside Metabase',
    );
  const found = objects.find(
    ({ kind, key, metabaseId }) => kind === 'dashboard' && (key === template?.key || String(metabaseId) === nameOrId.trim()),
  );
  if (found !== undefined) return found;
  if (template !== undefined) throw notApplied(template.key);
  const names = deps.dashboards.filter(({ audience }) => audience === 'tenant').map(({ key }) => key);
  throw new EmbedRefused('unknown_dashboard', `there is no dashboard "${nameOrId.slice(0, 60)}"`, `There are: ${names.join(', ')}`);
}

function notApplied(name: string): EmbedRefused {
  return new EmbedRefused('not_applied', `dashboard ${name} has not been put into Metabase for this company`, 'Type: kpi metabase apply');
}

function titleOf(deps: EmbedDeps, key: string): string {
  return deps.dashboards.find((dashboard) => dashboard.key === key)?.title ?? key;
}

/** Without case and accents. */
function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '');
}
