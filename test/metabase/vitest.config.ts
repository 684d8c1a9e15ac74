import { defineConfig } from 'vitest/config';

// npm run metabase:contract: a real Metabase syncs on its own time, so everything may take minutes.
export default defineConfig({
  test: {
    name: 'metabase',
    pool: 'forks',
    include: ['test/metabase/*.test.ts'],
    globalSetup: ['test/support/cluster-setup.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
