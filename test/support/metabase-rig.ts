import { setTimeout as sleep } from 'node:timers/promises';
import type { Dashboard } from '../../src/dashboards/dashboard.ts';
import { applyMetabase } from '../../src/metabase/apply.ts';
import { metabaseClient } from '../../src/metabase/client.ts';
import type { MetabaseDeps, Owner } from '../../src/metabase/deps.ts';
import { Cleared, type EmbedDeps } from '../../src/metabase/embed.ts';
import { metabaseHttp } from '../../src/metabase/open-metabase.ts';
import { planMetabase, type Plan } from '../../src/metabase/plan.ts';
import { provisionMetabase, type Provisioned } from '../../src/metabase/provision.ts';
import { startMetabase, type MetabaseServer } from '../../src/sandbox/metabase/server.ts';
import { Database } from '../../src/store/database.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { createReader, dropReader } from '../../src/store/reader-role.ts';
import { createLog } from '../../src/log.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { EXAMPLE_DASHBOARDS } from './example-dashboards.ts';
import { RowSeeder } from './seed-rows.ts';

export const ADMIN = { email: 'admin@example.cl', password: 'a long enough password' };

/** A server somebody has set aside for the contract suite. */
export interface RealMetabase {
  readonly url: string;
  readonly apiKey: string | null;
  readonly embeddingSecret: string | null;
  readonly admin: { readonly email: string; readonly password: string };
  /** Host by which it finds this machine's Postgres; null: the same machine. */
  readonly warehouseHost: string | null;
}

/** Where requests to Metabase are cut off: after so many have been answered, as if the process had died. */
export interface Cut {
  after: number;
}

export interface RigTenant {
  readonly id: string;
  readonly rut: string;
  readonly name: string;
  readonly role: string;
}

/** Two companies with rows of their own, a stand-in for Metabase, and what plans and applies. */
export class MetabaseRig {
  readonly database: TestDatabase;
  readonly seeder: RowSeeder;
  readonly db: Database;
  readonly url: string;
  readonly #standIn: MetabaseServer | null;
  readonly #real: RealMetabase | null;
  readonly ana: RigTenant;
  readonly beto: RigTenant;
  readonly cut: Cut = { after: Number.POSITIVE_INFINITY };
  /** How far the stand-in's clock is ahead of ours. */
  readonly ahead: { ms: number };
  /** Told of each answer before it is handed on: somebody else may work on the same Metabase. */
  meanwhile: (address: string) => void = () => undefined;
  provisioned!: Provisioned;

  private constructor(
    { database, seeder, ahead }: Pick<MetabaseRig, 'database' | 'seeder' | 'ahead'>,
    at: MetabaseServer | RealMetabase,
    ana: RigTenant,
    beto: RigTenant,
  ) {
    this.database = database;
    this.ahead = ahead;
    this.seeder = seeder;
    this.#standIn = 'state' in at ? at : null;
    this.#real = 'state' in at ? null : at;
    this.url = at.url;
    this.db = new Database({ url: database.url('kpi_writer') });
    this.ana = ana;
    this.beto = beto;
  }

  /** @param real a server to use instead of the stand-in */
  static async open(real: RealMetabase | null = null): Promise<MetabaseRig> {
    const database = await testDatabase();
    const seeder = await RowSeeder.open(database.adminUrl);
    const tenants = [await addTenant(database, seeder, 'Ana'), await addTenant(database, seeder, 'Beto')] as const;
    const ahead = { ms: 0 };
    const server = real ?? (await startMetabase({ clock: () => new Date(Date.now() + ahead.ms) }));
    const rig = new MetabaseRig({ database, seeder, ahead }, server, ...tenants);
    rig.provisioned = await rig.provision({ apiKey: real?.apiKey ?? null, embeddingSecret: real?.embeddingSecret ?? null });
    return rig;
  }

  /** The stand-in, to look into it and to change it as a person at the screen would. */
  get metabase(): MetabaseServer {
    if (this.#standIn === null) throw new Error('this test needs the stand-in');
    return this.#standIn;
  }

  provision(known: { readonly apiKey?: string | null; readonly embeddingSecret?: string | null } = {}): Promise<Provisioned> {
    return provisionMetabase({
      url: this.url,
      siteUrl: 'https://bi.example.cl',
      http: this.http(),
      apiKey: known.apiKey ?? null,
      embeddingSecret: known.embeddingSecret ?? null,
      admin: this.#real?.admin ?? ADMIN,
      siteName: 'KPI',
      sleep: (ms) => (this.#real === null ? Promise.resolve() : sleep(ms)),
      now: () => new Date(),
    });
  }

  /** Cuts off when `cut` says so: the request is served, its answer is lost. */
  http() {
    const { url } = this;
    const http = metabaseHttp({ url, log: createLog({ level: 'silent' }), secrets: [], policy: { baseDelayMs: 1, maxTotalMs: 50 } });
    const { cut } = this;
    return async (...args: Parameters<typeof http>) => {
      const answer = await http(...args);
      this.meanwhile(args[0]);
      cut.after -= 1;
      if (cut.after < 0) throw new Error('the process died');
      return answer;
    };
  }

  deps(dashboards: readonly Dashboard[] = EXAMPLE_DASHBOARDS): MetabaseDeps {
    return {
      db: this.db,
      client: metabaseClient({ url: this.url, http: this.http(), credentials: { apiKey: this.provisioned.secrets.apiKey } }),
      dashboards,
      reach: { url: this.#reachable(), roleSecret: this.database.roleSecret },
      patience:
        this.#real === null
          ? { looks: 5, pauseMs: 0, sleep: () => Promise.resolve() }
          : { looks: 90, pauseMs: 2000, sleep: (ms) => sleep(ms) },
    };
  }

  apply(owner: Owner, dashboards?: readonly Dashboard[]): Promise<Plan> {
    return applyMetabase(this.deps(dashboards), owner);
  }

  plan(owner: Owner, dashboards?: readonly Dashboard[]): Promise<Plan> {
    return planMetabase(this.deps(dashboards), owner);
  }

  embedDeps(): EmbedDeps {
    return {
      ...this.deps(),
      secret: this.provisioned.secrets.embeddingSecret,
      siteUrl: 'https://bi.example.cl',
      now: () => new Date(),
      cleared: new Cleared(),
    };
  }

  /** An embedding's address, asked as a browser would. */
  async ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${this.url}/api/embed/dashboard/${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  /** This run's database at the host by which a server elsewhere, e.g. in a container, finds this machine. */
  #reachable(): string {
    const url = new URL(this.database.adminUrl);
    url.hostname = this.#real?.warehouseHost ?? url.hostname;
    return url.href;
  }

  async close(): Promise<void> {
    await this.#standIn?.close();
    await this.db.close();
    await this.seeder.close();
    await withDirectSession(this.database.adminUrl, async (admin) => {
      for (const { role } of [this.ana, this.beto]) await dropReader(admin, role);
    });
    await this.database.close();
  }
}

async function addTenant(database: TestDatabase, seeder: RowSeeder, name: string): Promise<RigTenant> {
  const id = await seeder.tenant({ company_name: `Empresa ${name}`, industry: 'retail' });
  const { rows } = await seeder.client.query<{ rut: string }>('select rut from public.tenants where id = $1', [id]);
  // Two days ago, so that they are among the closed days whatever the hour.
  const created = new Date(Date.now() - 2 * 86_400_000);
  const values = { created_at: created, business_day: created.toISOString().slice(0, 10), speaks: true };
  for (const total of [11_900, 23_800]) await seeder.order(id, total, values);
  const reader = await withDirectSession(database.adminUrl, (admin) =>
    createReader(admin, { tenantId: id, roleSecret: database.roleSecret }),
  );
  return { id, rut: rows[0]!.rut, name: `Empresa ${name}`, role: reader.role };
}
