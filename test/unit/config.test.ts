import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const secret = 'x'.repeat(32);
const faultsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe('the environment', () => {
  test('empty gives the defaults, and the local database only', () => {
    const config = readConfig({ PATH: '/bin', DATABASE_URL: '', KPI_LANG: ' ' });
    expect(config).toMatchObject({
      database: null,
      vault: null,
      secretsFolder: null,
      logLevel: 'info',
      language: 'es',
      workerConcurrency: 4,
      timings: {
        leaseTtlMs: 60_000,
        leaseRenewMs: 15_000,
        heartbeatMs: 15_000,
        databaseWaitMs: 300_000,
        backfillSliceMs: 20_000,
        requestTimeoutMs: 60_000,
      },
    });
    expect(config.home).toMatch(/\.kpi$/);
    expect(Object.isFrozen(config) && Object.isFrozen(config.timings)).toBe(true);
  });

  test('is taken over where it is set', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://kpi@db.example.com:6543/kpi',
      DATABASE_DIRECT_URL: 'postgresql://kpi@db.example.com:5432/kpi',
      KPI_ROLE_SECRET: secret,
      KPI_LANG: 'en',
      KPI_LEASE_TTL_SECONDS: '3',
      KPI_LEASE_RENEW_SECONDS: '0.75',
      VAULT_ADDR: 'https://vault.example.com/',
      VAULT_TOKEN: 't',
    });
    expect(config.database).toEqual({
      url: 'postgres://kpi@db.example.com:6543/kpi',
      directUrl: 'postgresql://kpi@db.example.com:5432/kpi',
      roleSecret: secret,
    });
    expect(config.vault).toEqual({ address: 'https://vault.example.com', token: 't' });
    expect(config.timings).toMatchObject({ leaseTtlMs: 3000, leaseRenewMs: 750 });
  });

  test('without a direct address the one address serves both', () => {
    expect(readConfig({ DATABASE_URL: 'postgres://db/kpi', KPI_ROLE_SECRET: secret }).database?.directUrl).toBe('postgres://db/kpi');
  });

  test('all faults are listed together, and no value is repeated', () => {
    const bad = {
      DATABASE_URL: 'mysql://hunter22@db/kpi',
      KPI_ROLE_SECRET: 'hunter22',
      KPI_LOG_LEVEL: 'hunter22',
      KPI_LANG: 'hunter22',
      KPI_WORKER_CONCURRENCY: '2x',
      VAULT_ADDR: 'hunter22',
      KPI_LEASE_TTL_SECONDS: '-5',
    };
    expect(faultsOf(bad)).toEqual([
      'DATABASE_URL is not a postgres:// address',
      'KPI_ROLE_SECRET is shorter than 32 characters',
      'KPI_LOG_LEVEL has to be one of debug, info, warn, error, silent',
      'KPI_LANG has to be one of es, en',
      'KPI_WORKER_CONCURRENCY is not a plain number',
      'VAULT_ADDR is not an http:// or https:// address',
      'KPI_LEASE_TTL_SECONDS is not a plain number',
    ]);
    expect(() => readConfig(bad)).toThrow(/^The environment has 7 faults:\n {2}DATABASE_URL is not/);
    expect(() => readConfig(bad)).not.toThrow(/hunter22/);
  });

  test.each([
    [{ DATABASE_URL: 'postgres://db/kpi' }, /^KPI_ROLE_SECRET is missing.*openssl rand -hex 32/],
    [{ DATABASE_DIRECT_URL: 'postgres://db/kpi' }, /^DATABASE_URL is missing/],
    [{ VAULT_ADDR: 'http://127.0.0.1:8200' }, /^VAULT_TOKEN is missing/],
    [{ KPI_LEASE_TTL_SECONDS: '20' }, /^KPI_LEASE_RENEW_SECONDS is more than half/],
    [{ KPI_DEAD_WORKER_SECONDS: '20' }, /^KPI_HEARTBEAT_SECONDS is more than half/],
    [{ KPI_WORKER_CONCURRENCY: '0' }, /^KPI_WORKER_CONCURRENCY has to lie between 1 and 64/],
    [{ KPI_WORKER_CONCURRENCY: '1.5' }, /^KPI_WORKER_CONCURRENCY has to be a whole number/],
  ])('%j is one fault', (variables, fault) => {
    expect(faultsOf(variables as Record<string, string>)).toEqual([expect.stringMatching(fault)]);
  });
});
