import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { FILES_AT_ONCE } from './test/support/ports.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // What ends a test that hangs on a slow machine, and what one waits for: neither says how fast anything should be.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 45_000 } },
    // Much of the time is waited for servers, timers and Temporal, so one more than there are cores.
    maxWorkers: Math.min(availableParallelism() + 1, FILES_AT_ONCE),
  },
});
