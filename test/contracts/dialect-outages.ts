/** Outages of Temporal and of the store, for the contract of dialects. */
import { expect, vi } from 'vitest';
import { startApi } from '../../src/cli/api.ts';
import { readConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import type { TemporalTarget } from '../../src/temporal/connection.ts';
import type { RunningDarkroom } from '../support/darkroom.ts';
import { freePort } from '../support/ports.ts';
import { partsOf } from '../support/processes.ts';
import type { S3Server } from '../support/s3-server.ts';
import { type Darkroom, findNamespace, ready } from '../support/server.ts';

type Request = RunningDarkroom['request'];

export interface Outages {
  /** Calls `during` with requests to an API that cannot reach Temporal. */
  temporal(during: (request: Request) => Promise<void>): Promise<void>;
  /** Calls `during` with requests to an API that cannot reach the store. */
  store(during: (request: Request) => Promise<void>): Promise<void>;
}

/** Stops the servers of a stack that has its own, and waits until it is ready again. */
export const realOutages = (darkroom: () => Darkroom, s3: () => S3Server): Outages => ({
  temporal: async (during) => {
    const { temporal } = await partsOf(darkroom().process.pid);
    // Stopped rather than killed, so that its supervisor does not start another during the requests.
    process.kill(temporal, 'SIGSTOP');
    try {
      await during(darkroom().request);
    } finally {
      process.kill(temporal, 'SIGKILL');
    }
    await ready(darkroom());
  },
  store: async (during) => {
    await s3().stop();
    try {
      await during(darkroom().request);
    } finally {
      await s3().start();
    }
  },
});

/** Starts a second API of the same jobs in this process, which is given an address where nothing listens. */
export const apiOutages = (
  darkroom: () => RunningDarkroom,
  env: Readonly<Record<string, string>>,
): Outages => {
  const run = async (
    settings: Readonly<Record<string, string>>,
    target: TemporalTarget,
    during: (request: Request) => Promise<void>,
  ) => {
    const port = await freePort();
    const config = readConfig({
      DARKROOM_DATA: darkroom().dataDir,
      DARKROOM_LISTEN: `127.0.0.1:${port}`,
      DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8',
      ...env,
      ...settings,
    });
    const api = await startApi(config, target, createLog('silent', 'api'));
    try {
      await during((path, init) => fetch(new URL(path, `http://127.0.0.1:${port}`), init));
    } finally {
      await api.close();
    }
  };
  const unusedAddress = async () => `127.0.0.1:${await freePort()}`;
  return {
    temporal: async (during) => {
      const address = await unusedAddress();
      await run({}, { namespace: 'default', options: { address }, address }, during);
    },
    store: async (during) => {
      const target = await findNamespace(darkroom().dataDir);
      expect(target).not.toBeNull();
      // The SDK of S3 reads its address and its credentials from the environment.
      vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://${await unusedAddress()}`);
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
      try {
        await run({ DARKROOM_STORE: 's3://unreachable' }, target as TemporalTarget, during);
      } finally {
        vi.unstubAllEnvs();
      }
    },
  };
};
