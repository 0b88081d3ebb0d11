/** .env.example: the variables of docker-compose.yml. Values come from that file, descriptions from the settings. */
import { readFileSync } from 'node:fs';
import { settings } from '../../src/config/settings.ts';
import { packageRoot } from '../../src/lib/resources.ts';
import type { Setting } from '../../src/lib/settings/setting.ts';

/** Characters of a comment line. */
const WIDTH = 117;

interface Group {
  /** Comment lines before the variables. */
  readonly text?: readonly string[];
  readonly variables: readonly string[];
}

const HEAD = [
  'Settings of docker-compose.yml. Copy this file to .env and fill it in; git and the image ignore .env. "npm run docs"',
  'writes this file. Variables marked "required" have no default, so that no installation runs with a known secret.',
];

const groups: readonly Group[] = [
  {
    text: ['Required. Back it up: without it, encrypted data cannot be read.      openssl rand -base64 32'],
    variables: ['DARKROOM_MASTER_KEY'],
  },
  {
    text: ['Required: credentials of PostgreSQL and of the S3 server.      openssl rand -hex 24'],
    variables: ['POSTGRES_PASSWORD', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'],
  },
  {
    text: [
      'See docs/authentication.md. To create a key:',
      '  docker compose run --rm api keys create --tenant NAME --name TEXT',
    ],
    variables: ['DARKROOM_AUTH', 'DARKROOM_ALLOW_ANONYMOUS'],
  },
  { variables: ['DARKROOM_OIDC_ISSUER', 'DARKROOM_OIDC_AUDIENCE', 'DARKROOM_OIDC_TENANT_CLAIM'] },
  { variables: ['DARKROOM_PUBLIC_URL', 'DARKROOM_S3_PUBLIC_URL'] },
  { variables: ['DARKROOM_TEMPORAL_UI'] },
  {
    text: [
      'Do not allow the network of these containers: URLs of jobs could then reach the API, Temporal and PostgreSQL.',
    ],
    variables: ['DARKROOM_ALLOW_NETWORKS', 'DARKROOM_DENY_NETWORKS'],
  },
  {
    text: ['Ports on the loopback address. Several APIs need a range: 8080-8081 with --scale api=2.'],
    variables: ['DARKROOM_PORTS'],
  },
  {
    text: [
      'For each worker. UV_THREADPOOL_SIZE: threads for images and files, cores + 6. WORKER_MEMORY: 2.3 GB for each CPU slot.',
    ],
    variables: ['DARKROOM_CPU_SLOTS', 'DARKROOM_IO_SLOTS', 'UV_THREADPOOL_SIZE', 'WORKER_MEMORY'],
  },
  {
    text: [
      'Docker forbids bubblewrap by default. Command operations then need "off"; see docs/isolation.md.',
    ],
    variables: ['DARKROOM_SANDBOX'],
  },
  { variables: ['DARKROOM_LOG_LEVEL', 'TEMPORAL_LOG_LEVEL'] },
  {
    text: [
      'Metrics and dashboard, with "docker compose --profile metrics up -d". Prometheus reads /metrics with the key:',
      '  docker compose run --rm api keys create --tenant NAME --name prometheus --role operator',
    ],
    variables: ['METRICS_KEY', 'GRAFANA_PORT'],
  },
];

/** Values that differ from what docker-compose.yml uses when the variable is unset. */
const examples: Readonly<Record<string, string>> = {
  S3_ACCESS_KEY: 'darkroom',
  DARKROOM_PUBLIC_URL: 'http://localhost:8080',
};

/** @throws {Error} When a variable of docker-compose.yml is in no group, or the other way round. */
export function renderEnvExample(): string {
  const compose = readFileSync(new URL('docker-compose.yml', packageRoot), 'utf8');
  const defaults = new Map(
    [...compose.matchAll(/\$\{(\w+)(?::-([^}]*))?/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const listed = groups.flatMap(({ variables }) => variables);
  const unmatched = [
    ...listed.filter((name) => !defaults.has(name)),
    ...[...defaults.keys()].filter((name) => !listed.includes(name)),
  ];
  if (unmatched.length > 0)
    throw new Error(
      `docker-compose.yml and the groups in scripts/docs/env-example.ts differ in ${unmatched.join(', ')}`,
    );
  const blocks = groups.map(({ text = [], variables }) => [
    ...text.map(comment),
    ...variables.flatMap((name) => [
      ...describe(name),
      `${name}=${examples[name] ?? (defaults.get(name) || defaultOf(name))}`,
    ]),
  ]);
  return [HEAD.map(comment), ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

const comment = (line: string): string => `# ${line}`;

const settingOf = (name: string): Setting | undefined =>
  (settings as Readonly<Record<string, Setting>>)[name];

/** Returns the default of a setting, if it is the same on every machine. */
function defaultOf(name: string): string {
  const text = settingOf(name)?.default;
  return typeof text === 'string' ? text : '';
}

/** Returns the description of a setting as comments; none for variables of other programs. */
function describe(name: string): string[] {
  const setting = settingOf(name);
  if (!setting) return [];
  const sentence = `${setting.description.charAt(0).toUpperCase()}${setting.description.slice(1)}.`;
  const words = sentence.replaceAll('`', '').split(' ');
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map(comment);
}
