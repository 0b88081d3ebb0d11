/** docker-compose.yml by the Compose Specification, and against the code that it runs. `docker compose` itself runs in CI. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';
import { run } from '../support/cli.ts';
import { goBinary } from '../support/cluster/go-binary.ts';
import { BUILD_MS } from '../support/s3-server.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

/** What is looked at here. Whether the rest may stand in such a file is for Compose to say. */
const service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()).optional() }).optional(),
  restart: z.string(),
});
type Service = z.infer<typeof service>;

const composeFile = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const text = read('docker-compose.yml');
const { services, volumes } = composeFile.parse(parse(text, { merge: true }));
const named = Object.entries(services);
const ours = named.filter(([, { image }]) => image.startsWith('darkroom:'));
const example = Object.fromEntries(
  [...read('.env.example').matchAll(/^([A-Z_0-9]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
);

describe('docker-compose.yml, by the Compose Specification and its library', () => {
  const load = async (path: string): Promise<{ code: number; said: string }> => {
    const loader = await goBinary('compose-go', 'github.com/compose-spec/compose-go/v2/cmd');
    const { code, stdout, stderr } = await run(loader, ['-format', 'json', '-no-interpolation', path]);
    return { code: code ?? -1, said: stdout + stderr };
  };

  test(
    'is valid',
    async () => {
      const { code, said } = await load(fileURLToPath(new URL('../../docker-compose.yml', import.meta.url)));
      expect([code, said]).toEqual([0, expect.stringMatching(/^\{/)]);
      expect(Object.keys((JSON.parse(said) as { services: object }).services).sort()).toEqual(
        Object.keys(services).sort(),
      );
    },
    BUILD_MS,
  );

  test(
    'the validation finds an unknown key',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'darkroom-compose-'));
      const path = join(folder, 'docker-compose.yml');
      await writeFile(path, text.replace(/^( +)healthcheck:/m, '$1helthcheck:'));
      const { code, said } = await load(path);
      await rm(folder, { recursive: true });
      expect([code, said]).toEqual([1, expect.stringContaining('helthcheck')]);
    },
    BUILD_MS,
  );
});

test.each(named)(
  '%s has a pinned image, and its dependencies exist',
  (_, { image, depends_on, volumes: used }) => {
    expect(image).toMatch(/^(darkroom:local|[\w./-]+:v?\d+\.\d+[\w.-]*)$/);
    for (const [name, { condition }] of Object.entries(depends_on ?? {})) {
      const awaited = services[name];
      if (condition === 'service_healthy') expect(awaited?.healthcheck).toHaveProperty('test');
      else expect(awaited?.restart).toMatch(/^on-failure:/);
    }
    for (const volume of used ?? []) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('./deploy/')) expect(Object.keys(volumes)).toContain(source);
    }
  },
);

test('publishes ports only on loopback', () => {
  const ports = named.flatMap(([, { ports = [], profiles }]) => (profiles.length > 0 ? [] : ports));
  expect(ports).toHaveLength(1);
  const all = named.flatMap(([, { ports: each = [] }]) => each);
  for (const port of all) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('.env.example has all variables, and secrets have no default', () => {
  const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  expect([...used].sort()).toEqual(Object.keys(example).sort());
  const secrets = ['DARKROOM_MASTER_KEY', 'POSTGRES_PASSWORD', 'S3_SECRET_KEY'];
  for (const name of secrets) {
    expect(example[name]).toBe('');
    expect(text).not.toMatch(new RegExp(`\\$\\{${name}(\\}|:-)`));
    expect(text).toMatch(new RegExp(`\\$\\{${name}:\\?`));
  }
});

test.each(ours)('%s runs an existing command with valid settings', async (_, part) => {
  const [command = ''] = part.command ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, [main, command, '--help']);
  expect(stdout).toContain(`darkroom ${command} `);
  const environment = filledIn(part);
  const unknown = Object.keys(environment).filter(
    (name) => !Object.hasOwn(settings, name) && !/^(TEMPORAL_|AWS_|UV_THREADPOOL_SIZE$)/.test(name),
  );
  expect(unknown).toEqual([]);
  const config = readConfig(environment);
  expect(config.embedded).toBe(false);
  expect(config.DARKROOM_STORE).toMatchObject({ kind: 's3', bucket: 'darkroom' });
});

test('requires authentication unless it is disabled explicitly', () => {
  const environment = filledIn(services['api'] as Service);
  expect(readConfig(environment)).toMatchObject({ DARKROOM_AUTH: ['keys'], DARKROOM_ALLOW_ANONYMOUS: false });
});

test('gives workers and APIs the same store, keys and Temporal', () => {
  const [api, worker] = ['api', 'worker'].map((name) => services[name]?.environment ?? {});
  const shared = Object.keys(worker ?? {}).filter((name) =>
    /^(AWS_|TEMPORAL_|DARKROOM_(STORE|MASTER_KEY))/.test(name),
  );
  expect(shared).toHaveLength(8);
  for (const name of shared) expect(api?.[name]).toBe(worker?.[name]);
});

/** As `docker compose` does it, with .env.example and a value for what is needed. */
function filledIn({ environment }: Service): Record<string, string> {
  const given: Record<string, string> = { ...example, DARKROOM_MASTER_KEY: 'a'.repeat(43) };
  const fill = (value: string) =>
    value.replace(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, kind?: string, word?: string) => given[name] || (kind === '-' ? (word ?? '') : ''),
    );
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}
