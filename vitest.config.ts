import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // What ends a test that hangs on a slow machine, and what one waits for: neither says how fast anything should be.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 45_000 } },
    // Many tests start servers of their own; more at once than cores makes them wait for each other.
    maxWorkers: 2,
    fileParallelism: true,
  },
});
