import { defineConfig, type OxlintOverride } from 'oxlint';

/** What a folder may import: other layers (folders of src), packages, and Node's own modules. Nothing else passes. */
type Rights = { readonly layers: readonly string[]; readonly packages: readonly string[]; readonly node?: readonly string[] };

const anyNode = ['node:*', 'node:*/**'] as const;
const leaves = ['normalize', 'store', 'outbound', 'dashboards', 'spreadsheet'] as const;
const capabilities = ['sync', 'reconcile', 'metabase', 'alerts', 'reports', 'clerk', 'doctor'] as const;

/** One way only: cli, app → api | jobs → sync | reconcile | metabase | alerts | clerk → normalize | store | outbound → contract. */
const layers: Record<string, Rights> = {
  contract: { layers: [], packages: ['zod'], node: [] },
  dashboards: { layers: ['contract'], packages: ['zod'] },
  spreadsheet: { layers: [], packages: ['@cj-tech-master/excelts'] },
  outbound: { layers: ['contract'], packages: ['axios', 'p-limit', 'zod'] },
  normalize: { layers: ['contract'], packages: ['zod'] },
  store: { layers: ['contract'], packages: ['graphile-worker', 'kysely', 'p-limit', 'pg', 'pg-copy-streams', 'zod'] },
  ...Object.fromEntries(capabilities.map((name) => [name, { layers: ['contract', ...leaves], packages: ['p-limit', 'zod'] }])),
  clerk: { layers: ['contract', ...leaves], packages: ['svix', 'zod'] },
  metabase: { layers: ['contract', ...leaves], packages: ['jose', 'p-limit', 'zod'] },
  jobs: { layers: ['contract', ...leaves, ...capabilities], packages: ['graphile-worker', 'p-limit', 'pg', 'zod'] },
  api: {
    layers: ['contract', ...leaves, ...capabilities],
    packages: ['@fastify/cors', '@fastify/rate-limit', 'fastify', 'jose', 'zod'],
  },
  telemetry: {
    layers: ['contract', 'outbound', 'store', 'sync'],
    packages: [
      '@opentelemetry/api',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace',
      'prom-client',
    ],
  },
  sandbox: { layers: [], packages: ['graphql', 'pg'] },
  local: { layers: ['contract', 'sandbox', ...leaves, ...capabilities], packages: ['kysely', 'p-limit', 'pg', 'zod'] },
};

/** A connector takes the contract, zod and its own files; an SDK or a module of Node only where it is named here on purpose. */
const connectors: Record<string, Rights> = {
  '*': { layers: [], packages: ['p-limit', 'zod'], node: [] },
  odoo: { layers: [], packages: ['odoo-await', 'p-limit', 'zod'], node: [] },
  shopify: { layers: [], packages: ['@shopify/shopify-api', 'p-limit', 'zod'], node: ['node:async_hooks'] },
};

/** What a file in a sub-folder may reach by `../`: the folder it belongs to, and nothing above (the second pattern undoes the first). */
const ownFolder = ['../**', '!../../**'] as const;

const testPackages = ['fast-check', 'vitest'];

/** One override: everything is refused, then what is allowed is let through again. The last override that matches a file wins. */
function only(files: string[], message: string, allowed: readonly string[]): OxlintOverride {
  const group = ['**', '#*', ...allowed.map(invert), './../**'];
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] } };
}

/** An allowed pattern lets through (`!`); one that starts with `!` refuses again. */
function invert(pattern: string): string {
  return pattern.startsWith('!') ? pattern.slice(1) : `!${pattern}`;
}

function packagesOf(rights: Rights, test: boolean): string[] {
  const names = test ? [...rights.packages, ...testPackages] : rights.packages;
  return [...names.flatMap((name) => [name, `${name}/**`]), ...(test ? anyNode : (rights.node ?? anyNode))];
}

function layerOverrides(name: string, rights: Rights) {
  const message = `src/${name} may import: ${[...rights.layers, ...rights.packages, 'its own files'].join(', ')} (oxlint.config.ts)`;
  const contract = rights.layers.includes('contract') ? ['#contract'] : [];
  // A file in a sub-folder reaches its own layer by ../ and the other layers one step further up.
  const flat = ['./**', ...contract, ...rights.layers.map((layer) => `../${layer}/**`)];
  const nested = ['./**', ...ownFolder, ...contract, ...rights.layers.map((layer) => `../../${layer}/**`)];
  return [false, true].flatMap((test) => [
    only([`src/${name}/*${test ? '.test.ts' : ''}`], message, [...flat, ...packagesOf(rights, test)]),
    only([`src/${name}/*/**${test ? '/*.test.ts' : ''}`], message, [...nested, ...packagesOf(rights, test)]),
  ]);
}

function connectorOverrides(name: string, rights: Rights) {
  const message = `a connector imports #contract, its own files and ${rights.packages.join(', ')} (oxlint.config.ts)`;
  return [false, true].flatMap((test) => [
    only([`connectors/${name}/*${test ? '.test.ts' : ''}`], message, ['./**', '#contract', ...packagesOf(rights, test)]),
    only([`connectors/${name}/*/**${test ? '/*.test.ts' : ''}`], message, ['./**', ...ownFolder, '#contract', ...packagesOf(rights, test)]),
  ]);
}

const everyLayer = Object.keys(layers).filter((name) => name !== 'sandbox' && name !== 'local');
// A star also crosses folders here, hence the two refusals behind the files beside it.
const fromRoot = (names: readonly string[]) => [
  './*.ts',
  '!./*/**',
  '!../**',
  ...names.map((name) => `./${name}/**`),
  '#contract',
  ...anyNode,
];

export default defineConfig({
  ignorePatterns: ['node_modules', 'coverage', 'tmp', '.kpi'],
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, denyWarnings: true },
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': 'error',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    // Narrowing what Node or a driver types too widely is common and harmless; foreign data goes through zod instead.
    'typescript/no-unsafe-type-assertion': 'off',
    // Contracts are records of plain functions; nothing here depends on `this`.
    'typescript/unbound-method': 'off',
    // Small functions stay beside their only use; sorting a fresh array in place is fine; pg.Pool says where Pool comes from.
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'import/no-named-as-default-member': 'off',
    // Pages, batches and retries are sequential on purpose: the order is the guarantee.
    'no-await-in-loop': 'off',
    // The rule is about Express; Fastify awaits its handlers.
    'oxc/no-async-endpoint-handlers': 'off',
  },
  overrides: [
    only(['src/*.ts'], 'config.ts and log.ts are leaves (oxlint.config.ts)', [
      'pino',
      'zod',
      './environment.ts',
      './version.ts',
      ...anyNode,
    ]),
    only(['src/metabase-secrets.ts'], 'metabase-secrets.ts knows the configuration and where secrets are (oxlint.config.ts)', [
      './config.ts',
      './secrets.ts',
      'zod',
    ]),
    only(['src/source-access.ts'], 'source-access.ts gives connectors what they may use (oxlint.config.ts)', [
      ...fromRoot(['normalize', 'outbound', 'store', 'sync']),
      '!./app.ts',
      '!./cli.ts',
    ]),
    only(['src/app.ts'], 'app.ts puts the layers together, without sandbox and local (oxlint.config.ts)', [
      ...fromRoot(everyLayer),
      '../connectors/registry.ts',
      'kysely',
      'pg',
      'pino',
      'zod',
    ]),
    only(['src/cli.ts'], 'cli.ts reaches connectors through app.ts and the sandbox through local (oxlint.config.ts)', [
      ...fromRoot([...everyLayer, 'local', 'commands']),
      'commander',
      'zod',
    ]),
    only(['src/commands/**'], 'a command reaches connectors through app.ts and the sandbox through local (oxlint.config.ts)', [
      './**',
      '../*.ts',
      '!../*/**',
      '!../../**',
      ...[...everyLayer, 'local'].map((name) => `../${name}/**`),
      '#contract',
      'commander',
      'zod',
      ...anyNode,
    ]),
    ...Object.entries(layers).flatMap(([name, rights]) => layerOverrides(name, rights)),
    only(['connectors/*.ts'], 'the registry lists connectors (oxlint.config.ts)', ['./*/index.ts', '#contract']),
    ...Object.entries(connectors).flatMap(([name, rights]) => connectorOverrides(name, rights)),
  ],
});
