import type { Command } from 'commander';
import type { App } from '../app.ts';
import { BackfillOverlaps } from '../store/backfills.ts';
import { listTenants } from '../store/tenants.ts';
import { BackfillRefused } from '../sync/backfill-refused.ts';
import type { BackfillTenant } from '../sync/backfill-targets.ts';
import { findTenant } from './context.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** Options that say what is to be read again, the same for a plan and for a start. */
export interface ScopeOptions {
  readonly tenant?: readonly string[];
  readonly allTenants?: true;
  readonly source?: string;
  readonly stream?: string;
  readonly from: string;
  readonly until?: string;
  readonly sliceDays: string;
  readonly onlyMissing?: true;
}

export function scopeOptions(command: Command, terminal: Terminal): Command {
  const say = (es: string, en: string) => terminal.say({ es, en });
  return command
    .option('--tenant <rut|id...>', say('la empresa, o varias', 'the company, or several'))
    .option('--all-tenants', say('todas las empresas', 'every company'))
    .option('--source <source>', say('solo esta fuente', 'only this source'))
    .option('--stream <stream>', say('solo este flujo', 'only this stream'))
    .requiredOption('--from <day|instant>', say('primer día local, o instante; incluido', 'first local day, or instant, included'))
    .option(
      '--until <day|instant>',
      say('primer día local, o instante, no incluido; ahora, si se omite', 'first local day, or instant, not included; now when left out'),
    )
    .option(
      '--only-missing',
      say(
        'solo los días que nunca se leyeron, o cuya cuenta difiere de la fuente',
        'only days that were never read, or whose count differs from the source',
      ),
    )
    .option('--slice-days <days>', say('días locales de un tramo', 'local days of a slice'), '30');
}

/** What the options mean. @throws UsageError */
export async function scopeOf(app: App, options: ScopeOptions) {
  const { tenant: named, allTenants, source, stream, from, until, onlyMissing = false } = options;
  const sliceDays = Number(options.sliceDays);
  if (!Number.isInteger(sliceDays) || sliceDays < 1 || sliceDays > 366)
    throw new UsageError(`--slice-days is "${options.sliceDays}"; it is a whole number of days from 1 to 366`);
  if ((named === undefined) === (allTenants === undefined))
    throw new UsageError('name companies with --tenant, or take every one with --all-tenants; list them with: kpi tenant list');
  const tenants: BackfillTenant[] = [];
  if (named === undefined) tenants.push(...(await listTenants(app.db)).filter(({ status }) => status === 'active'));
  else for (const one of new Set(named)) tenants.push(await findTenant(app, one));
  return { tenants, source, stream, from, until, sliceDays, onlyMissing, names: { from: '--from', until: '--until' } };
}

/** A backfill that cannot be, or that is under way already, is a wrong argument. */
export function asUsage(error: unknown): never {
  throw error instanceof BackfillRefused || error instanceof BackfillOverlaps ? new UsageError(error.message) : error;
}
