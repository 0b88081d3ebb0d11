import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // How long a test may take on a slow machine, and what it waits for: none of the two says how fast anything should be.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 45_000 } },
    // Many tests start servers of their own; more at once than cores makes them wait for each other.
    maxWorkers: 2,
    fileParallelism: true,
  },
});
