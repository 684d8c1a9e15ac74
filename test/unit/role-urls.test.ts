import { expect, test } from 'vitest';
import { rolePassword, roleUrl, scramVerifier } from '../../src/store/role-urls.ts';

test('a role gets its own password at the same place, and another one in the next generation', () => {
  const base = 'postgres://postgres:admin@127.0.0.1:5432/kpi?sslmode=disable';
  const url = new URL(roleUrl(base, 'kpi_writer', 'secret'));
  expect(url.username).toBe('kpi_writer');
  expect(url.password).toBe(rolePassword('secret', 'kpi_writer'));
  expect(`${url.host}${url.pathname}${url.search}`).toBe('127.0.0.1:5432/kpi?sslmode=disable');
  expect(roleUrl(base, 'kpi_writer', 'secret', 2)).not.toBe(url.href);
  expect(rolePassword('secret', 'kpi_owner')).not.toBe(url.password);
  expect(url.password).toMatch(/^[0-9a-f]{64}$/);
});

test('the project of a Supabase pooler stays in the user name', () => {
  const url = roleUrl('postgres://postgres.abcdefghijklmnopqrst:x@aws-0-sa-east-1.pooler.supabase.com:6543/postgres', 'kpi_writer', 's');
  expect(new URL(url).username).toBe('kpi_writer.abcdefghijklmnopqrst');
  expect(new URL(roleUrl('postgres://juan.perez:x@localhost/kpi', 'kpi_writer', 's')).username).toBe('kpi_writer');
});

test('what is stored for a password does not contain it and is the same each time', () => {
  const verifier = scramVerifier('hunter2', 'kpi_owner');
  expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/);
  expect(verifier).not.toContain('hunter2');
  expect(scramVerifier('hunter2', 'kpi_owner')).toBe(verifier);
  expect(scramVerifier('hunter2', 'kpi_writer')).not.toBe(verifier);
});
