import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';

/** What a reference stands for: the secret part of a connection's settings, to be checked by the connector's schema. */
export type SecretValues = Readonly<Record<string, unknown>>;

export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `file:` references may read below this folder only. Null: they have to be absolute, and may read anywhere. */
  readonly secretsFolder: string | null;
  /** KPI_HOME; secrets typed at "kpi connect" lie in `secrets/` below it. */
  readonly home: string;
  readonly vault: { readonly address: string; readonly token: string } | null;
}

/** A reference that gives nothing. Names the reference, what was tried and what to do; never a value. */
export class SecretError extends Error {
  readonly reference: string;
  readonly advice: string;

  constructor(reference: string, problem: string, advice: string) {
    super(`${reference}: ${problem}`);
    this.name = 'SecretError';
    this.reference = reference;
    this.advice = advice;
  }
}

const object = z.record(z.string(), z.unknown());
const vaultAnswer = z.object({ data: z.object({ data: object }) });
const localId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,100}$/;
const VAULT_TIMEOUT_MS = 10_000;

/**
 * Looks a reference up; only references are stored in the database. `env:PREFIX` takes every variable `PREFIX_…`
 * (`PREFIX_ACCESS_TOKEN` → `access_token`), `file:name.json` a JSON object, `vault:secret/tenant/76042235-5/shopify` an entry of
 * Vault's KV v2 engine, `local:<id>` what `storeLocalSecret` wrote.
 * @throws SecretError
 */
export async function resolveSecret(reference: string, sources: SecretSources): Promise<SecretValues> {
  const at = reference.indexOf(':');
  const place = reference.slice(at + 1);
  switch (reference.slice(0, Math.max(at, 0))) {
    case 'env':
      return fromEnvironment(reference, place, sources.environment);
    case 'file':
      return readObject(reference, await fileOf(reference, place, sources.secretsFolder), 'Write a JSON object with the settings into it.');
    case 'local':
      return fromLocal(reference, place, sources.home);
    case 'vault':
      return fromVault(reference, place, sources.vault);
    default:
      // Somebody may have typed the secret itself where a reference belongs, so it is not repeated.
      throw new SecretError(
        'secret reference',
        'it begins with none of env:, file:, vault:, local:',
        'Name a reference, not the secret itself.',
      );
  }
}

/** Keeps typed secrets in a file that only its owner reads, and returns the reference to it. */
export async function storeLocalSecret(id: string, values: SecretValues, home: string): Promise<string> {
  const reference = `local:${id}`;
  const file = localFile(reference, id, home);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await mkdir(join(home, 'secrets'), { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(draft, 0o600);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return reference;
}

function fromEnvironment(reference: string, prefix: string, environment: SecretSources['environment']): SecretValues {
  const advice = `Set variables that begin with ${prefix}_, for example ${prefix}_BASE_URL and ${prefix}_API_KEY.`;
  if (!/^[A-Z][A-Z0-9_]*$/i.test(prefix))
    throw new SecretError(reference, 'this is no prefix of a variable', 'Write it like env:ACME_SHOPIFY.');
  const found = Object.entries(environment).flatMap(([name, value]) =>
    name.startsWith(`${prefix}_`) && value !== undefined && value !== '' ? [[name.slice(prefix.length + 1).toLowerCase(), value]] : [],
  );
  if (found.length === 0) throw new SecretError(reference, `no variable begins with ${prefix}_`, advice);
  return Object.fromEntries(found) as SecretValues;
}

async function fileOf(reference: string, path: string, folder: string | null): Promise<string> {
  if (folder === null) {
    if (isAbsolute(path)) return path;
    throw new SecretError(reference, 'the path is relative and KPI_SECRETS_DIR is not set', 'Set KPI_SECRETS_DIR, or give the whole path.');
  }
  const outside = new SecretError(reference, 'the file does not lie in KPI_SECRETS_DIR', 'Move the file there, or change KPI_SECRETS_DIR.');
  const file = resolve(folder, path);
  // A link inside the folder must not lead out of it either. What does not exist is told by the reading.
  const [real, realFolder] = await Promise.all([realpath(file).catch(() => file), realpath(folder).catch(() => folder)]);
  const base = real === file ? folder : realFolder;
  const inside = relative(base, real);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) throw outside;
  return real;
}

/** Deletes a secret that `storeLocalSecret` wrote. @returns false for a reference to one that is kept elsewhere, by somebody else */
export async function forgetLocalSecret(reference: string, home: string): Promise<boolean> {
  const id = /^local:(.+)$/.exec(reference)?.[1];
  if (id === undefined || !localId.test(id)) return false;
  await rm(localFile(reference, id, home), { force: true });
  return true;
}

function localFile(reference: string, id: string, home: string): string {
  if (!localId.test(id)) throw new SecretError(reference, 'this is no id of a local secret', 'Write it like local:acme-shopify.');
  return join(home, 'secrets', `${id}.json`);
}

async function fromLocal(reference: string, id: string, home: string): Promise<SecretValues> {
  const file = localFile(reference, id, home);
  const advice = 'Type the secrets again with "kpi connect" on this machine; they are kept in KPI_HOME/secrets.';
  const values = await readObject(reference, file, advice);
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SecretError(reference, 'others on this machine can read the file', `Type: chmod 600 ${file}`);
  }
  return values;
}

async function readObject(reference: string, file: string, advice: string): Promise<SecretValues> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new SecretError(reference, `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, advice);
  }
  const values = object.safeParse(parsed(text));
  if (values.success) return values.data;
  throw new SecretError(reference, `${file} does not hold a JSON object`, advice);
}

/** The parser's own error repeats the text, so it is not passed on. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fromVault(reference: string, place: string, vault: SecretSources['vault']): Promise<SecretValues> {
  if (vault === null) throw new SecretError(reference, 'no Vault is configured', 'Set VAULT_ADDR and VAULT_TOKEN.');
  const [mount, ...path] = place.split('/');
  if (mount === undefined || mount === '' || path.length === 0 || path.some((part) => part === '' || part === '.' || part === '..')) {
    throw new SecretError(reference, 'this is no path of a secret', 'Write it like vault:secret/tenant/76042235-5/shopify.');
  }
  const url = `${vault.address}/v1/${encodeURIComponent(mount)}/data/${path.map(encodeURIComponent).join('/')}`;
  const signal = AbortSignal.timeout(VAULT_TIMEOUT_MS);
  const answer = await fetch(url, { headers: { 'x-vault-token': vault.token }, redirect: 'manual', signal }).catch((error: unknown) => {
    const why = error instanceof Error && error.name === 'TimeoutError' ? 'did not answer in time' : 'cannot be reached';
    throw new SecretError(reference, `Vault at ${new URL(vault.address).host} ${why}`, 'Check VAULT_ADDR, and whether Vault is up.');
  });
  const body = parsed(await answer.text().catch(() => ''));
  if (answer.status === 200) {
    const values = vaultAnswer.safeParse(body);
    if (values.success) return values.data.data.data;
    throw new SecretError(reference, 'Vault answered with something else than a KV v2 entry', 'Mount the engine as KV version 2.');
  }
  const command = `vault kv put -mount=${mount} ${path.join('/')} …`;
  const [problem, advice] = vaultProblems[answer.status] ?? [`Vault answered with status ${answer.status}`, 'Look at the log of Vault.'];
  throw new SecretError(reference, problem, advice.replace('{command}', command));
}

const vaultProblems: Readonly<Record<number, readonly [problem: string, advice: string]>> = {
  403: [
    'Vault refuses VAULT_TOKEN for this path',
    'Renew VAULT_TOKEN, or give its policy "read" on this path (with /data/ after the mount).',
  ],
  404: ['Vault has no such entry', 'Write it with: {command}'],
  429: ['Vault is a standby that does not answer reads', 'Point VAULT_ADDR at the active node.'],
  503: ['Vault is sealed', 'Unseal it, then try again.'],
};
