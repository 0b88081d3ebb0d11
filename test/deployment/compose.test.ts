/** docker-compose.yml against what it may hold, and against the code that it runs. `docker compose` itself runs in CI. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, settings } from '../../src/config.ts';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const seconds = z.string().regex(/^\d+(s|m)$/);
const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        test: z.array(z.string()),
        interval: seconds,
        timeout: seconds,
        retries: z.int(),
        start_period: seconds,
      }),
    ])
    .optional(),
  restart: z.string(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  mem_limit: z.string().optional(),
  shm_size: z.string().optional(),
  stop_grace_period: seconds.optional(),
});
type Service = z.infer<typeof service>;

/** A key that is none of the Compose Specification, or that we do not use, is an error. */
const composeFile = z.strictObject({
  name: z.string(),
  'x-darkroom': z.unknown(),
  'x-darkroom-environment': z.unknown(),
  'x-once': z.unknown(),
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

test.each(named)(
  '%s: a pinned image, and what it waits for is there',
  (_, { image, depends_on, volumes: used }) => {
    expect(image).toMatch(/^(darkroom:local|[\w./-]+:v?\d+\.\d+[\w.-]*)$/);
    for (const [name, { condition }] of Object.entries(depends_on ?? {})) {
      const awaited = services[name];
      if (condition === 'service_healthy') expect(awaited?.healthcheck).toHaveProperty('test');
      else expect(awaited?.restart).toMatch(/^on-failure:/);
    }
    for (const volume of used ?? []) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('./')) expect(Object.keys(volumes)).toContain(source);
    }
  },
);

test('ports are published on loopback alone', () => {
  const ports = named.flatMap(([, { ports = [] }]) => ports);
  expect(ports).toHaveLength(2);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('everything that .env can set is in .env.example, and secrets have no default there or here', () => {
  const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  expect([...used].sort()).toEqual(Object.keys(example).sort());
  const secrets = ['DARKROOM_MASTER_KEY', 'POSTGRES_PASSWORD', 'S3_SECRET_KEY'];
  for (const name of secrets) {
    expect(example[name]).toBe('');
    expect(text).not.toMatch(new RegExp(`\\$\\{${name}(\\}|:-)`));
    expect(text).toMatch(new RegExp(`\\$\\{${name}:\\?`));
  }
});

test.each(ours)(
  '%s: a command that darkroom has, with settings that it knows and can read',
  async (_, part) => {
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
  },
);

test('nobody may call without a login, unless somebody says so', () => {
  const environment = filledIn(services['api'] as Service);
  expect(readConfig(environment)).toMatchObject({ DARKROOM_AUTH: ['keys'], DARKROOM_ALLOW_ANONYMOUS: false });
});

test('workers and APIs have the same store, keys and Temporal', () => {
  const [api, worker] = ['api', 'worker'].map((name) => services[name]?.environment ?? {});
  const shared = Object.keys(worker ?? {}).filter((name) =>
    /^(AWS_|TEMPORAL_|DARKROOM_(STORE|MASTER_KEY))/.test(name),
  );
  expect(shared).toHaveLength(8);
  for (const name of shared) expect(api?.[name]).toBe(worker?.[name]);
});

/** As `docker compose` does it, with .env.example and a value for what is needed. */
function filledIn({ environment }: Service): Record<string, string> {
  const given: Record<string, string> = {
    ...example,
    DARKROOM_MASTER_KEY: 'a'.repeat(43),
  };
  const fill = (value: string) =>
    value.replace(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, kind?: string, word?: string) => given[name] || (kind === '-' ? (word ?? '') : ''),
    );
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]));
}
