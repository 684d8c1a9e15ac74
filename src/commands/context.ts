import type { Connector } from '#contract';
import type { App, Warehouse } from '../app.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { parseRut } from '../normalize/rut.ts';
import { listConnections, type ConnectionRow } from '../store/connections.ts';
import { listTenants, type TenantRow } from '../store/tenants.ts';
import { UsageError, type Terminal } from './terminal.ts';

/** What a command may use; opened when first asked for, closed by `cli.ts`. */
export interface CommandContext {
  readonly config: Config;
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Every source there is. */
  readonly connectors: readonly Connector[];
  /** The warehouse the environment names, or the running local one. @throws UsageError when there is neither */
  warehouse(): Promise<Warehouse>;
  app(): Promise<App>;
  openApp(config: Config, warehouse: Warehouse): App;
}

/** @throws UsageError when no connector has this id, naming those there are */
export function requireSource(connectors: readonly Connector[], wanted: string): Connector {
  const found = connectors.find((connector) => connector.id === wanted);
  if (found === undefined) throw new UsageError(`there is no source "${wanted}"; there are: ${connectors.map((c) => c.id).join(', ')}`);
  return found;
}

/** The tenant a person means: by uuid or by RUT in any spelling. @throws UsageError also for one that is, or is being, erased */
export async function findTenant(app: App, wanted: string): Promise<TenantRow> {
  const tenants = await listTenants(app.db);
  const rut = parseRut(wanted)?.canonical;
  const found = tenants.find((tenant) => tenant.id === wanted || (rut !== undefined && tenant.rut === rut));
  if (found?.status === 'erased')
    throw new UsageError(`${wanted} was erased, or is being erased; to finish that: kpi tenant erase ${wanted}`);
  if (found !== undefined) return found;
  const there = tenants.filter(({ status }) => status !== 'erased');
  const known = there.map((tenant) => `${tenant.rut} (${tenant.company_name})`).join(', ');
  throw new UsageError(`no tenant is known as "${wanted}". ${known === '' ? 'Create one: kpi tenant add' : `Known: ${known}`}`);
}

/** A company's one connection to a source, or the named one. @throws UsageError when there is none, or several and none was named */
export async function onlyConnection(app: App, tenantId: string, source: string, id: string | undefined): Promise<ConnectionRow> {
  const found = (await listConnections(app.db, { tenantId, source })).filter((row) => id === undefined || row.id === id);
  const [only, another] = found;
  if (only === undefined) throw new UsageError(`no such connection to ${source}; see: kpi connection list`);
  if (another !== undefined) throw new UsageError(`it has several; name one with --id: ${found.map((row) => row.id).join(', ')}`);
  return only;
}
