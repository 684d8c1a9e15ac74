import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { App } from '../../../src/app.ts';
import { settingFields } from '../../../src/outbound/secret-values.ts';
import { storeLocalSecret } from '../../../src/secrets.ts';
import { saveConnection } from '../../../src/store/connections.ts';
import { addTenant } from '../../../src/store/tenants.ts';

/** Settings of one company's accounts, by source. */
type Accounts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Simulated sources of many companies in a process of their own, so that their work is not counted as ours. */
export class BenchSources {
  readonly accounts: readonly Accounts[];
  /** When the shops' first order was made. */
  readonly firstOrderAt: string;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, told: Pick<BenchSources, 'accounts' | 'firstOrderAt'>) {
    this.#process = child;
    this.accounts = told.accounts;
    this.firstOrderAt = told.firstOrderAt;
  }

  /** @param what the four sources of each company, or one shop that holds all the orders */
  static async start(tenants: number, orders: number, what: 'all' | 'shop' = 'all'): Promise<BenchSources> {
    const program = join(import.meta.dirname, 'sources-program.ts');
    const child = fork(program, [String(tenants), String(orders), what], { execArgv: ['--max-old-space-size=14000'] });
    const [told] = (await once(child, 'message')) as [Pick<BenchSources, 'accounts' | 'firstOrderAt'>];
    return new BenchSources(child, told);
  }

  /** Requests that all sources together have served. */
  async requests(): Promise<number> {
    this.#process.send('requests');
    const [requests] = (await once(this.#process, 'message')) as [number];
    return requests;
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Adds a company with these sources of its accounts, without asking them. @returns its id and connections by source */
export async function addCompany(
  app: App,
  ordinal: number,
  accounts: Accounts,
  sources: readonly string[],
): Promise<{ readonly tenantId: string; readonly connections: Readonly<Record<string, string>> }> {
  const tenantId = randomUUID();
  const companyName = `Empresa ${ordinal}`;
  const rut = `${70_000_000 + ordinal}-0`;
  const place = { currency: 'CLP', currencyDecimals: 0, timeZone: 'America/Santiago', industry: 'retail' };
  await addTenant(app.db, { id: tenantId, rut, rutValid: false, companyName, ...place });
  const connections: Record<string, string> = {};
  for (const source of sources) {
    const connector = app.connectors.find(({ id }) => id === source)!;
    const settings = connector.settings.parse(accounts[source]) as Record<string, unknown>;
    const secret = new Set(settingFields(connector.settings).flatMap((field) => (field.secret ? [field.name] : [])));
    const split = (wanted: boolean) => Object.fromEntries(Object.entries(settings).filter(([name]) => secret.has(name) === wanted));
    const id = randomUUID();
    connections[source] = await saveConnection(app.db, id, await storeLocalSecret(id, split(true), app.config.home), {
      tenantId,
      source,
      name: connector.title,
      accountKey: connector.accountKey(settings),
      settings: split(false),
      host: connector.host(settings),
      version: null,
      streams: connector.streams.map(({ name, intervalSeconds }) => ({ name, intervalSeconds })),
    });
  }
  return { tenantId, connections };
}
