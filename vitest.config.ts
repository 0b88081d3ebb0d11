import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Many tests start servers of their own; more at once than cores makes them wait for each other.
    maxWorkers: 2,
    fileParallelism: true,
  },
});
