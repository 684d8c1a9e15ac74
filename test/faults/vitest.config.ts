import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

// Apart from the ordinary tests: minutes of real processes being killed. Run it with: npm run test:faults
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/support/cluster-setup.ts'],
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
