import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openApp, type App } from '../../src/app.ts';
import { connectSource } from '../../src/commands/connect-source.ts';
import { doctorDeps, knownSecrets } from '../../src/commands/doctor-deps.ts';
import { createTenant } from '../../src/commands/tenant.ts';
import { readConfig } from '../../src/config.ts';
import { CHECKS } from '../../src/doctor/checks.ts';
import type { DoctorDeps } from '../../src/doctor/deps.ts';
import { runDoctor, type Diagnosis } from '../../src/doctor/run-doctor.ts';
import { createLog } from '../../src/log.ts';
import { createRedactor } from '../../src/outbound/redact.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { dropReader } from '../../src/store/reader-role.ts';
import { testDatabase, type TestDatabase } from './database.ts';

/** One company with a simulated n8n connected, and the application on it as the command line opens it. */
export class DoctorRig {
  static readonly RUT = '76042235-5';
  readonly database: TestDatabase;
  readonly sandbox: Sandbox;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly app: App;
  tenantId = '';

  private constructor(database: TestDatabase, sandbox: Sandbox, home: string) {
    this.database = database;
    this.sandbox = sandbox;
    this.home = home;
    this.env = { DATABASE_URL: database.adminUrl, KPI_ROLE_SECRET: database.roleSecret, KPI_HOME: home, KPI_LOG_LEVEL: 'silent' };
    this.app = this.openApp();
  }

  static async open(): Promise<DoctorRig> {
    const sandbox = await startSandbox({ seed: 1, anchor: new Date().toISOString(), orders: 60, generous: true });
    const rig = new DoctorRig(await testDatabase(), sandbox, await mkdtemp(join(tmpdir(), 'kpi-doctor-')));
    const company = { rut: DoctorRig.RUT, name: 'Uno', currency: 'CLP', timeZone: 'America/Santiago', industry: 'retail', keepRut: false };
    rig.tenantId = (await createTenant(rig.app, company)).id;
    const { settings } = sandbox.connections().find(({ source }) => source === 'n8n')!;
    const request = { tenantId: rig.tenantId, source: 'n8n', name: null, settings, secretRef: null, evenIfCheckFails: false };
    expect((await connectSource(rig.app, request)).connectionId).not.toBeNull();
    return rig;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.sandbox.close();
    await withDirectSession(this.database.adminUrl, async (admin) => {
      for (const { role } of await admin.run<{ role: string }>(
        `select r.rolname as role from public.tenants t join pg_roles r on r.rolname = t.reader_role`,
      ))
        await dropReader(admin, role);
    });
    await this.database.close();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Another one, with more in its environment. To be closed by whoever opened it. */
  openApp(more: Readonly<Record<string, string>> = {}): App {
    const config = readConfig({ ...this.env, ...more });
    const { url, directUrl, roleSecret } = config.database!;
    return openApp(config, { url, directUrl, roleSecret }, createLog({ level: 'silent' }));
  }

  /** As a superuser. */
  rows<R extends Record<string, unknown>>(text: string): Promise<R[]> {
    return withDirectSession(this.database.adminUrl, (session) => session.run<R>(text));
  }

  async diagnose(check: string, changed: Partial<DoctorDeps> = {}, options: { seconds?: number; app?: App } = {}): Promise<Diagnosis> {
    const { seconds = 30, app = this.app } = options;
    const checks = CHECKS.filter(({ name }) => name === check);
    return runDoctor({ ...doctorDeps(app, null, seconds), ...changed }, checks, { seconds, redact: createRedactor(knownSecrets(app)) });
  }

  async codes(check: string, changed: Partial<DoctorDeps> = {}): Promise<string[]> {
    return (await this.diagnose(check, changed)).findings.map((finding) => finding.code);
  }

  /** A finding that is there while it is broken, and neither before nor after. */
  async comesAndGoes(check: string, code: string, breakIt: () => Promise<unknown>, mend: () => Promise<unknown>): Promise<void> {
    expect(await this.codes(check)).not.toContain(code);
    await breakIt();
    try {
      const { findings } = await this.diagnose(check);
      const found = findings.find((finding) => finding.code === code);
      expect(found, JSON.stringify(findings)).toBeDefined();
      for (const words of [found!.what, found!.means, found!.next]) {
        expect(words.es).not.toBe('');
        expect(words.en).not.toBe('');
      }
    } finally {
      await mend();
    }
    expect(await this.codes(check)).not.toContain(code);
  }
}
