import { test } from 'vitest';
import { metabaseContract } from './contract.ts';

const { METABASE_URL: url, METABASE_API_KEY, METABASE_EMBEDDING_SECRET, METABASE_ADMIN_EMAIL, METABASE_ADMIN_PASSWORD } = process.env;

// A server set aside for this: provisioning closes public links and sets its embedding secret, and what is made there stays.
if (url === undefined || url === '') test.skip('no Metabase: set METABASE_URL to a server set aside for this suite', () => undefined);
else
  metabaseContract({
    url: url.replace(/\/+$/, ''),
    apiKey: METABASE_API_KEY ?? null,
    embeddingSecret: METABASE_EMBEDDING_SECRET ?? null,
    admin: { email: METABASE_ADMIN_EMAIL ?? 'admin@example.cl', password: METABASE_ADMIN_PASSWORD ?? '' },
    warehouseHost: process.env['METABASE_WAREHOUSE_HOST'] ?? null,
  });
