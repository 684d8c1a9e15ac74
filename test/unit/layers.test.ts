import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** file → what it imports although it must not. Each is written as a seeded violation and has to be found. */
const forbidden: readonly (readonly [file: string, imported: string])[] = [
  ['connectors/odoo/to-store.ts', '../../src/store/with-tenant.ts'],
  ['connectors/odoo/to-contract-by-path.ts', '../../src/contract/index.ts'],
  ['connectors/odoo/to-pg.ts', 'pg'],
  ['connectors/odoo/to-axios.ts', 'axios'],
  ['connectors/odoo/to-file-system.ts', 'node:fs'],
  ['connectors/odoo/to-neighbour.ts', '../shopify/index.ts'],
  ['connectors/odoo/to-neighbour-by-detour.ts', './../shopify/index.ts'],
  ['connectors/odoo/to-registry.ts', '../registry.ts'],
  ['connectors/odoo/to-foreign-sdk.ts', '@shopify/shopify-api'],
  ['connectors/odoo/other-alias.ts', '#store'],
  ['connectors/odoo/streams/nested-to-neighbour.ts', '../../n8n/index.ts'],
  ['connectors/n8n/to-odoo-sdk.ts', 'odoo-await'],
  ['connectors/n8n/to-store.test.ts', '../../src/store/with-tenant.ts'],
  ['connectors/registry-like.ts', '../src/store/with-tenant.ts'],
  ['src/contract/to-normalize.ts', '../normalize/money.ts'],
  ['src/contract/to-axios.ts', 'axios'],
  ['src/outbound/to-store.ts', '../store/with-tenant.ts'],
  ['src/normalize/to-store.ts', '../store/with-tenant.ts'],
  ['src/normalize/to-outbound.ts', '../outbound/fetch.ts'],
  ['src/store/to-sync.ts', '../sync/run-sync.ts'],
  ['src/store/to-config.ts', '../config.ts'],
  ['src/store/to-registry.ts', '../../connectors/registry.ts'],
  ['src/dashboards/to-store.ts', '../store/with-tenant.ts'],
  ['src/spreadsheet/to-store.ts', '../store/with-tenant.ts'],
  ['src/reconcile/to-spreadsheet-library.ts', '@cj-tech-master/excelts'],
  ['src/sync/to-kysely.ts', 'kysely'],
  ['src/sync/to-kysely-part.ts', 'kysely/helpers/postgres'],
  ['src/sync/to-reconcile.ts', '../reconcile/match.ts'],
  ['src/sync/to-jobs.ts', '../jobs/tick.ts'],
  ['src/sync/to-telemetry.ts', '../telemetry/metrics.ts'],
  ['src/telemetry/to-api.ts', '../api/server.ts'],
  ['src/reconcile/to-sync.ts', '../sync/run-sync.ts'],
  ['src/reconcile/to-pg.ts', 'pg'],
  ['src/metabase/to-alerts.ts', '../alerts/rules.ts'],
  ['src/alerts/to-api.ts', '../api/server.ts'],
  ['src/api/to-jobs.ts', '../jobs/tick.ts'],
  ['src/api/to-app.ts', '../app.ts'],
  ['src/api/routes/nested-to-jobs.ts', '../../jobs/tick.ts'],
  ['src/jobs/to-api.ts', '../api/server.ts'],
  ['src/jobs/to-registry.ts', '../../connectors/registry.ts'],
  ['src/jobs/to-sandbox.ts', '../sandbox/world.ts'],
  ['src/sandbox/to-normalize.ts', '../normalize/money.ts'],
  ['src/sandbox/to-contract.ts', '#contract'],
  ['src/sandbox/odoo/nested-to-contract.ts', '../../contract/index.ts'],
  ['src/local/to-registry.ts', '../../connectors/registry.ts'],
  ['src/commands/to-registry.ts', '../../connectors/registry.ts'],
  ['src/commands/to-sandbox.ts', '../sandbox/world.ts'],
  ['src/cli.ts', '../connectors/registry.ts'],
  ['src/app.ts', './sandbox/world.ts'],
  ['src/config.ts', './store/with-tenant.ts'],
];

const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['connectors/odoo/client.ts', '#contract'],
  ['connectors/odoo/zod.ts', 'zod'],
  ['connectors/odoo/sdk.ts', 'odoo-await'],
  ['connectors/odoo/own.ts', './client.ts'],
  ['connectors/odoo/streams/own.ts', '../client.ts'],
  ['connectors/shopify/sdk.ts', '@shopify/shopify-api'],
  ['connectors/shopify/sdk-part.ts', '@shopify/shopify-api/adapters/node'],
  ['connectors/fifth/parallel.ts', 'p-limit'],
  ['connectors/fifth/mapping.test.ts', 'vitest'],
  ['connectors/registry.ts', './odoo/index.ts'],
  ['src/store/driver.ts', 'pg'],
  ['src/store/typed.ts', '#contract'],
  ['src/dashboards/words.ts', '#contract'],
  ['src/spreadsheet/library.ts', '@cj-tech-master/excelts'],
  ['src/reconcile/export/nested.ts', '../../spreadsheet/sheet.ts'],
  ['src/sync/run.ts', '../store/with-tenant.ts'],
  ['src/jobs/task.ts', '../sync/run-sync.ts'],
  ['src/jobs/tasks/nested.ts', '../../sync/run-sync.ts'],
  ['src/local/demo.ts', '../sandbox/world.ts'],
  ['src/sandbox/odoo/own.ts', '../world/orders.ts'],
  ['src/app.ts', '../connectors/registry.ts'],
  ['src/commands/sync.ts', '../sync/run-sync.ts'],
  ['src/commands/start.ts', '../app.ts'],
  ['src/cli.ts', './app.ts'],
];

type Finding = { readonly code: string; readonly filename: string };

let folder = '';

async function seed(cases: readonly (readonly [string, string])[]): Promise<void> {
  for (const [file, imported] of cases) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `import '${imported}';\n`);
  }
}

/** The files below `folder` in which the rule about imports fires. Other rules do not matter here. */
async function filesRefused(): Promise<string[]> {
  const output = await new Promise<string>((resolve) => {
    // oxlint ends with 1 as soon as it finds anything, so only its output says what happened.
    execFile(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), '--format', 'json'], { cwd: folder }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: Finding[] };
  return diagnostics.filter(({ code }) => code.includes('no-restricted-imports')).map(({ filename }) => filename);
}

describe('the direction of imports', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layers-'));
    await cp(join(root, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), '{ "include": ["src", "connectors"] }');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  test('every seeded import against the direction is found, and in no other file', async () => {
    await seed(forbidden);
    const refused = await filesRefused();
    for (const [file] of forbidden) await rm(join(folder, file));
    expect(refused.toSorted()).toEqual(forbidden.map(([file]) => file).toSorted());
  });

  test('every import along the direction passes', async () => {
    await seed(allowed);
    expect(await filesRefused()).toEqual([]);
  });
});
