/** What each directory is for and what it may import: the source of the table in docs/architecture.md. */

export interface ImportRule {
  /** A directory (with a slash at the end) or a file; the longest that fits is the rule of a file. */
  readonly of: string;
  /** One line for the table. */
  readonly purpose: string;
  /** Directories, files, packages; `node` is all modules of Node, `*` everything. */
  readonly may: readonly string[];
  /** The same, for types alone. */
  readonly types?: readonly string[];
}

export const rules: readonly ImportRule[] = [
  { of: 'src/errors.ts', purpose: 'The error catalogue.', may: [] },
  {
    of: 'src/lib/',
    purpose: 'Small mechanisms without knowledge of jobs.',
    may: [
      'src/lib/',
      'src/errors.ts',
      'node',
      'lru-cache',
      'mime',
      'rate-limiter-flexible',
      '@aws-sdk/',
      'zod',
    ],
  },
  {
    of: 'src/jobs/model/',
    purpose: 'What a job is: glossary, states, inputs, views.',
    may: ['src/jobs/model/', 'src/lib/units.ts', 'src/errors.ts', 'zod'],
  },
  {
    of: 'src/jobs/ports/',
    purpose: 'What jobs need from outside: runtime, archive, operations.',
    may: ['src/jobs/', 'src/errors.ts'],
    types: ['node'],
  },
  {
    of: 'src/jobs/conditions/',
    purpose: 'Conditions on the inputs of steps, in CEL.',
    may: ['src/jobs/conditions/', '@marcbachmann/cel-js', 're2js'],
  },
  {
    of: 'src/jobs/',
    purpose: 'Submission, queries and lifecycle of jobs, for every API alike.',
    may: [
      'src/jobs/',
      'src/lib/',
      'src/errors.ts',
      'node:crypto',
      'node:timers/promises',
      'lru-cache',
      'zod',
    ],
    types: ['node'],
  },
  {
    of: 'src/temporal/names.ts',
    purpose: 'Names that client, workers and workflows share.',
    may: ['@temporalio/common'],
  },
  {
    of: 'src/temporal/',
    purpose: 'The job runtime on Temporal, the embedded server, workers.',
    may: [
      'src/temporal/',
      'src/jobs/',
      'src/lib/',
      'src/errors.ts',
      'node',
      '@temporalio/',
      'lru-cache',
      'tar',
      'yauzl',
      'protobufjs/',
      'zod',
    ],
    types: ['activities/types.ts', 'workflows/'],
  },
  {
    of: 'src/storage/',
    purpose: 'The object store port, its drivers, and the records kept in it.',
    may: [
      'src/storage/',
      'src/jobs/',
      'src/auth/api-key.ts',
      'src/lib/',
      'src/errors.ts',
      'node',
      'lru-cache',
      'zod',
      '@aws-sdk/',
    ],
    types: ['src/auth/audit-event.ts', 'src/auth/keyring.ts'],
  },
  {
    of: 'src/net/',
    purpose: 'Outbound HTTP that cannot reach where it must not go.',
    may: ['src/net/', 'src/lib/', 'src/errors.ts', 'node', 'ipaddr.js', 'lru-cache', 'zod'],
  },
  {
    of: 'src/buckets/',
    purpose: 'Buckets of tenants, and their credentials.',
    may: [
      'src/buckets/',
      'src/jobs/',
      'src/net/',
      'src/lib/',
      'src/errors.ts',
      'node',
      'lru-cache',
      '@aws-sdk/',
    ],
  },
  {
    of: 'src/templates/',
    purpose: 'Templates of jobs: their parameters, their placeholders, and those that are part of darkroom.',
    may: [
      'src/templates/',
      'src/jobs/',
      'src/lib/',
      'src/errors.ts',
      'node',
      'zod',
      'ajv',
      'lru-cache',
      're2js',
      'yaml',
    ],
  },
  {
    of: 'src/auth/',
    purpose: 'Authentication: API keys, OpenID Connect, the keyring.',
    may: [
      'src/auth/',
      'src/lib/',
      'src/data-directory/',
      'src/errors.ts',
      'node',
      'jose',
      'lru-cache',
      'zod',
    ],
  },
  {
    of: 'src/inputs/',
    purpose: 'Files of this machine that clients may name.',
    may: ['src/inputs/', 'src/lib/', 'src/errors.ts', 'node', 'zod'],
  },
  {
    of: 'src/engines/',
    purpose: 'Installed engines and what a worker can offer.',
    may: ['src/engines/', 'src/lib/', 'src/errors.ts', 'node', 'zod'],
    types: ['operations/', 'src/config/config.ts'],
  },
  {
    of: 'src/data-directory/',
    purpose: 'The data directory: its lock, its format.',
    may: ['src/data-directory/', 'src/lib/', 'src/errors.ts', 'node', 'zod'],
  },
  {
    of: 'src/config/',
    purpose: 'The configuration: merges the settings of all areas, reads and checks the environment.',
    may: ['src/config/', '*/settings.ts', 'src/lib/', 'node', 'zod'],
  },
  {
    of: 'src/dialects/',
    purpose: 'The APIs: one directory each, the native one among them.',
    may: [
      'src/dialects/',
      'src/api/',
      'src/jobs/',
      'src/lib/',
      'src/net/pace.ts',
      'src/auth/audit-event.ts',
      'src/errors.ts',
      'node',
      'zod',
      'hono',
      '@hono/',
      'package.json',
      'prom-client',
    ],
    types: ['src/auth/'],
  },
  {
    of: 'src/api/',
    purpose: 'The HTTP application: middleware, errors, forms, files, console.',
    may: [
      'src/api/',
      'src/jobs/',
      'src/lib/',
      'src/net/pace.ts',
      'src/net/addresses.ts',
      'src/net/network-rule.ts',
      'src/auth/roles.ts',
      'src/auth/tenant.ts',
      'src/errors.ts',
      'src/log.ts',
      'package.json',
      'node',
      'zod',
      'hono',
      '@hono/',
      'prom-client',
      'forwarded-parse',
      'lru-cache',
      '@fastify/busboy',
    ],
    types: ['src/auth/'],
  },
  {
    of: 'src/client/files.ts',
    purpose: 'The part of the typed client that needs Node.',
    may: ['src/client/', 'src/lib/make-directories.ts', 'node'],
  },
  {
    of: 'src/client/',
    purpose: 'The typed client of the native API, for browsers too.',
    may: [
      'src/client/',
      'src/jobs/model/states.ts',
      'src/lib/retry-after.ts',
      'src/lib/with-timeout.ts',
      'eventsource-parser',
      'standardwebhooks',
    ],
    types: ['src/jobs/'],
  },
  {
    of: 'src/tracing/open-telemetry.ts',
    purpose: 'Tracing by OpenTelemetry; loaded only when it is configured.',
    may: ['@opentelemetry/', '@temporalio/interceptors-opentelemetry', 'hono', 'package.json'],
    types: ['src/tracing/', 'src/log.ts'],
  },
  {
    of: 'src/tracing/',
    purpose: 'Whether requests and jobs are traced.',
    may: ['src/tracing/', 'src/lib/'],
    types: ['src/log.ts', 'hono', '@temporalio/'],
  },
  { of: 'src/', purpose: 'Composition, configuration and the command line.', may: ['*'] },
  {
    of: 'workflows/',
    purpose: 'The story of a job, its control, its callbacks; the retention schedule.',
    may: [
      'workflows/',
      'src/jobs/',
      'src/temporal/names.ts',
      'src/errors.ts',
      '@temporalio/workflow',
      '@temporalio/common',
    ],
    types: ['activities/types.ts'],
  },
  {
    of: 'activities/',
    purpose: 'The activities, each idempotent.',
    may: [
      'activities/',
      'src/inputs/',
      'src/jobs/',
      'src/net/',
      'src/lib/',
      'src/errors.ts',
      'node',
      '@temporalio/',
      'standardwebhooks',
    ],
    types: [
      'operations/',
      'src/auth/keyring.ts',
      'src/buckets/tenant-buckets.ts',
      'src/dialects/callback-body.ts',
    ],
  },
  {
    of: 'operations/',
    purpose: 'What a job can do: one directory each.',
    may: [
      'operations/',
      'src/jobs/',
      'src/lib/',
      'src/errors.ts',
      'node',
      'zod',
      'sharp',
      'libheif-js',
      'lru-cache',
      'exif-reader',
      'thumbhash',
      'sax',
      'yaml',
      'picomatch',
    ],
  },
  {
    of: 'web/',
    purpose: 'The console.',
    may: [
      'web/',
      'src/client/client.ts',
      'src/lib/json-faults.ts',
      'src/lib/number-text.ts',
      'src/lib/semaphore.ts',
      'src/lib/units.ts',
      'openseadragon',
      'preact',
      'three',
    ],
  },
];

/** The rule of a file: the most specific one. */
export const ruleOf = (file: string): ImportRule | undefined =>
  rules.filter(({ of }) => file.startsWith(of)).sort((a, b) => b.of.length - a.of.length)[0];

/** The rules as a Markdown table. */
export const renderTable = (): string =>
  [
    '| directory | purpose | may import | types of |',
    '| --- | --- | --- | --- |',
    ...rules.map(
      ({ of, purpose, may, types = [] }) =>
        `| \`${of}\` | ${purpose} | ${list(may.filter((name) => name !== of))} | ${list(types)} |`,
    ),
  ].join('\n');

const list = (names: readonly string[]): string =>
  names.map((name) => (name === '*' ? 'anything' : `\`${name}\``)).join(', ') || '–';
