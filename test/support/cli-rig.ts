import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';
import { withDirectSession } from '../../src/store/direct-session.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { kpi, type Ended } from './processes.ts';

/** A warehouse with one company, `Tienda`, and an operator who types commands. */
export class CliRig {
  static readonly RUT = '76042235-5';
  readonly home: string;
  readonly #database: TestDatabase;

  private constructor(database: TestDatabase, home: string) {
    this.#database = database;
    this.home = home;
  }

  static async open(): Promise<CliRig> {
    const rig = new CliRig(await testDatabase(), await mkdtemp(join(tmpdir(), 'kpi-cli-')));
    expect((await rig.run('tenant', 'add', '--rut', CliRig.RUT, '--name', 'Tienda')).code).toBe(0);
    return rig;
  }

  async close(): Promise<void> {
    await this.#database.close();
    await rm(this.home, { recursive: true, force: true });
  }

  run(...args: string[]): Promise<Ended> {
    const env = {
      DATABASE_URL: this.#database.adminUrl,
      KPI_ROLE_SECRET: this.#database.roleSecret,
      KPI_LOG_LEVEL: 'silent',
      KPI_REQUESTS_PER_SECOND: '100000',
    };
    return kpi(args, { home: this.home, env });
  }

  rows<R extends Record<string, unknown>>(text: string): Promise<R[]> {
    return withDirectSession(this.#database.adminUrl, (session) => session.run<R>(text));
  }
}

/** The one document on stdout: anything before or after it makes JSON.parse throw. */
export function document<Z extends z.ZodType>(ended: Ended, shape: Z): z.infer<Z> {
  expect(ended.stdout, ended.stderr).not.toBe('');
  return shape.parse(JSON.parse(ended.stdout));
}
