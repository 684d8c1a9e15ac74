import pg from 'pg';
import { clerkClient } from '../../src/clerk/client.ts';
import { syncUsers, type UserSync } from '../../src/clerk/sync-users.ts';
import type { HttpOptions } from '../../src/outbound/http.ts';
import type { ClerkInstance, ClerkMembership, ClerkOrganization, ClerkUser } from '../../src/sandbox/clerk/model.ts';
import { startClerk } from '../../src/sandbox/clerk/server.ts';
import type { SandboxServer } from '../../src/sandbox/http-server.ts';
import { Database } from '../../src/store/database.ts';
import { client as httpClient } from '../unit/outbound-client.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { RowSeeder } from './seed-rows.ts';

/** Stands in every name and address of every simulated person, and must be nowhere in the warehouse. */
export const PERSONAL = 'zoila-vaca';
/** Thursday, 20 November 2025, noon UTC: when whoever does not say otherwise was registered. */
export const NOON = Date.UTC(2025, 10, 20, 12);

/** A Clerk instance, a warehouse with two companies, and the reading between them. */
export class ClerkRig {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly seeder: RowSeeder;
  readonly instance: ClerkInstance;
  readonly server: SandboxServer;
  /** Pauses that the last reading's HTTP asked for, in milliseconds. */
  waits: number[] = [];
  /** Everything that was logged. */
  readonly lines: unknown[] = [];
  #made = 0;

  private constructor(parts: { database: TestDatabase; db: Database; seeder: RowSeeder; instance: ClerkInstance; server: SandboxServer }) {
    ({ database: this.database, db: this.db, seeder: this.seeder, instance: this.instance, server: this.server } = parts);
  }

  static async open(options: { organizationsEnabled?: boolean; requestsPerTenSeconds?: number } = {}): Promise<ClerkRig> {
    const instance: ClerkInstance = {
      id: 'ins_1',
      secretKey: 'sk_test_rig-key-that-nobody-may-see',
      webhookSecret: `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`,
      organizationsEnabled: options.organizationsEnabled ?? true,
      handMapped: {},
      users: [],
      organizations: [],
      memberships: [],
    };
    const { requestsPerTenSeconds } = options;
    const limits = requestsPerTenSeconds === undefined ? {} : { limits: { requestsPerTenSeconds } };
    const server = await startClerk({ clock: () => new Date(), instance, ...limits });
    const database = await testDatabase();
    const db = new Database({ url: database.url('kpi_writer') });
    return new ClerkRig({ database, db, seeder: await RowSeeder.open(database.adminUrl), instance, server });
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.db.close();
    await this.seeder.close();
    await this.database.close();
  }

  /** Somebody registers. */
  user(publicMetadata: Record<string, unknown> = {}, changes: Partial<ClerkUser> = {}): ClerkUser {
    const at = (this.#made += 1);
    const user: ClerkUser = {
      id: `user_${String(at).padStart(4, '0')}`,
      firstName: `Zoila ${PERSONAL}`,
      lastName: PERSONAL,
      email: `${PERSONAL}${at}@correo.invalid`,
      publicMetadata,
      banned: false,
      locked: false,
      lastSignInAt: null,
      createdAt: NOON + at,
      updatedAt: NOON + at,
      ...changes,
    };
    this.instance.users.push(user);
    return user;
  }

  organization(publicMetadata: Record<string, unknown> = {}): ClerkOrganization {
    const at = (this.#made += 1);
    const organization = { id: `org_${at}`, name: `${PERSONAL} SpA`, publicMetadata, createdAt: NOON, updatedAt: NOON };
    this.instance.organizations.push(organization);
    return organization;
  }

  join(organization: ClerkOrganization, user: ClerkUser, role = 'org:member'): ClerkMembership {
    const at = (this.#made += 1);
    const place = { organizationId: organization.id, userId: user.id };
    const membership = { id: `orgmem_${at}`, ...place, role, createdAt: NOON + at, updatedAt: NOON + at };
    this.instance.memberships.push(membership);
    return membership;
  }

  /** Deletes a user in Clerk, memberships included, as Clerk does. */
  remove(user: ClerkUser): void {
    this.instance.users.splice(this.instance.users.indexOf(user), 1);
    const left = this.instance.memberships.filter(({ userId }) => userId !== user.id);
    this.instance.memberships.splice(0, Infinity, ...left);
  }

  async read(options: { acceptDeletions?: boolean; secretKey?: string; http?: Partial<HttpOptions> } = {}): Promise<UserSync> {
    const secretKey = options.secretKey ?? this.instance.secretKey;
    const { http, waits, lines } = httpClient({ secrets: [secretKey], ...options.http });
    this.waits = waits;
    const write = (fields: Readonly<Record<string, unknown>>, message: string) => void this.lines.push({ fields, message });
    const log = { debug: write, info: write, warn: write };
    try {
      return await syncUsers({
        db: this.db,
        log,
        now: () => new Date(),
        acceptDeletions: options.acceptDeletions ?? false,
        client: clerkClient(http, this.server.url, secretKey),
      });
    } finally {
      this.lines.push(...lines);
    }
  }

  /** Living users with the companies they belong to: id → `rut role because`. */
  async told(): Promise<Record<string, string[]>> {
    const { rows } = await this.seeder.client.query<{ id: string; told: string[] }>(
      `select u.id, array(select concat_ws(' ', t.rut, m.role, m.because) from public.user_tenants m join public.tenants t on t.id = m.tenant_id
         where m.user_id = u.id order by 1) as told
       from public.users u where u.deleted_at is null order by u.id`,
    );
    return Object.fromEntries(rows.map(({ id, told }) => [id, told]));
  }

  async connect(role: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.database.url(role) });
    await client.connect();
    return client;
  }

  /** Names of tables whose contents, as COPY writes them, hold a text. */
  async tablesWith(text: string): Promise<string[]> {
    const { rows } = await this.seeder.client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_' order by 1`,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const held = await this.seeder.client.query<{ held: boolean }>(
        `select coalesce(bool_or(strpos(lower(t::text), lower($1)) > 0), false) as held from ${name} t`,
        [text],
      );
      if (held.rows[0]?.held === true) found.push(name);
    }
    return found;
  }
}
