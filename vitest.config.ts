import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { FILES_AT_ONCE } from './test/support/ports.ts';

/** One project for each directory of tests. `npm test` runs the first three. */
const project = (
  name: 'unit' | 'service' | 'system' | 'scale' | 'clients' | 'deploy' | 'package',
  globalSetup: string[] = [],
) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup,
    setupFiles: ['./test/support/fixed-seed.ts'],
    // Files share processes, which loads the modules once per process and not once per file.
    isolate: false,
  },
});

const findTemporal = 'test/support/find-temporal.ts';
const startTemporal = 'test/support/start-temporal.ts';

/** Where `.ci/run` wants a report in JSON. */
const report = process.env['DARKROOM_TEST_REPORT'];

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('service', [startTemporal]),
      project('system', [findTemporal]),
      project('scale', [findTemporal]),
      project('clients', [startTemporal]),
      project('deploy'),
      project('package', [findTemporal]),
    ],
    reporters: [
      'default',
      './test/support/skipped-reporter.ts',
      ...(report === undefined
        ? []
        : [['./test/support/json-report.ts', { outputFile: report }] as [string, Record<string, unknown>]]),
    ],
    // These end a test that hangs, and leave room for a slow machine. None is a limit on speed.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A call of Temporal's client that is waiting for a retry throws from its timer when the connection is closed. Tests close
    // connections to servers that are away.
    onUnhandledError: ({ message }) => message !== 'Channel has been shut down',
    expect: { poll: { timeout: 120_000, interval: 100 } },
    // A test file waits about half of its time for servers and timers. More than two beyond the cores slow each other down.
    maxWorkers: Math.min(availableParallelism() + 2, FILES_AT_ONCE),
  },
});
