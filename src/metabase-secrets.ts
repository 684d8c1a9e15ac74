import { z } from 'zod';
import type { Config } from './config.ts';
import { resolveSecret, storeLocalSecret, SecretError } from './secrets.ts';

/** Where "kpi metabase provision" keeps what the environment does not give. */
const REFERENCE = 'local:metabase';

const kept = z.object({
  /** Of which Metabase the rest is. */
  url: z.string().optional(),
  api_key: z.string().optional(),
  embedding_secret: z.string().optional(),
  admin_password: z.string().optional(),
});
export type KeptSecrets = z.infer<typeof kept>;

/** No Metabase is configured, or what is needed to speak to it is not known. */
export class MetabaseMissing extends Error {
  override readonly name = 'MetabaseMissing';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

export interface MetabaseSecrets {
  readonly url: string;
  readonly siteUrl: string;
  readonly apiKey: string;
  /** Empty unless asked for. */
  readonly embeddingSecret: string;
}

/**
 * Address and secrets of the Metabase: from the environment, else from what provisioning kept in KPI_HOME.
 * @throws MetabaseMissing
 */
export async function metabaseSecrets(config: Config, need: { readonly embedding?: boolean } = {}): Promise<MetabaseSecrets> {
  if (config.metabase === null) throw new MetabaseMissing('no Metabase is configured', 'Set METABASE_URL');
  const { url, siteUrl } = config.metabase;
  const local = await keptSecrets(config);
  const apiKey = config.metabase.apiKey ?? local.api_key;
  if (apiKey === undefined)
    throw new MetabaseMissing('no API key of Metabase is known', 'Set METABASE_API_KEY, or type: kpi metabase provision');
  const embeddingSecret = config.metabase.embeddingSecret ?? local.embedding_secret;
  if (embeddingSecret === undefined && need.embedding === true)
    throw new MetabaseMissing('no embedding secret is known', 'Set METABASE_EMBEDDING_SECRET, or type: kpi metabase provision');
  return { url, siteUrl, apiKey, embeddingSecret: embeddingSecret ?? '' };
}

/** What was kept for the Metabase of the configuration; nothing when it was kept for another. */
export async function keptSecrets(config: Config): Promise<KeptSecrets> {
  try {
    const values = await resolveSecret(REFERENCE, { environment: {}, secretsFolder: null, home: config.home, vault: null });
    const found = kept.parse(values);
    return found.url === config.metabase?.url ? found : {};
  } catch (error) {
    // Not there is no fault; readable by others is.
    if (error instanceof SecretError && error.message.includes('ENOENT')) return {};
    throw error;
  }
}

/** Keeps them for the Metabase of the configuration, in a file that only its owner reads. Returns the reference. */
export async function keepSecrets(config: Config, secrets: KeptSecrets): Promise<string> {
  return storeLocalSecret('metabase', { ...secrets, url: config.metabase?.url }, config.home);
}
