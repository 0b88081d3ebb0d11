/** A server that wants keys, and tenants with a key each. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from './cli.ts';
import { type Darkroom, startStack } from './stack.ts';

/** Requests of one tenant. */
export interface Tenant {
  readonly key: string;
  readonly request: Darkroom['request'];
}

export interface Tenants {
  readonly server: Darkroom;
  readonly acme: Tenant;
  readonly beta: Tenant;
  /** Of acme, with the role of a viewer. */
  readonly reader: Tenant;
  /** With the input directories `inputs/acme` and `inputs/beta` in it. */
  readonly dataDir: string;
}

/** `env`: more settings. The server's own requests are those of acme. */
export async function startTenants(env: Readonly<Record<string, string>> = {}): Promise<Tenants> {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-tenants-'));
  for (const tenant of ['acme', 'beta']) await mkdir(join(dataDir, 'inputs', tenant), { recursive: true });
  const settings = {
    DARKROOM_AUTH: 'keys',
    DARKROOM_INPUT_ROOTS: join(dataDir, 'inputs', '{tenant}'),
    ...env,
  };
  const [acme, beta, reader] = await Promise.all([
    makeKey(dataDir, settings, '--tenant', 'acme', '--name', 'acme'),
    makeKey(dataDir, settings, '--tenant', 'beta', '--name', 'beta'),
    makeKey(dataDir, settings, '--tenant', 'acme', '--name', 'reader', '--role', 'viewer'),
  ]);
  const server = await startStack({ dataDir, env: settings, token: acme });
  const tenant = (key: string): Tenant => ({
    key,
    request: (path, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${key}`);
      return server.request(path, { ...init, headers });
    },
  });
  return { server, dataDir, acme: tenant(acme), beta: tenant(beta), reader: tenant(reader) };
}

export async function makeKey(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await cli(['keys', 'create', ...args], {
    env: { DARKROOM_DATA: dataDir, ...settings },
  });
  if (code !== 0) throw new Error(`No key: ${stderr}`);
  return stdout.trim();
}
