/** deploy/helm by Helm, the schemas of Kubernetes and KEDA, and the code that the pods run. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { kubernetesValidate } from '../../scripts/manifest-checkers.mjs';
import { readConfig } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';
import { CALLBACK_QUEUE, DOWNLOAD_QUEUE, MAIN_QUEUE, queueOf } from '../../src/temporal/names.ts';
import { goBinary } from '../support/cluster/go-binary.ts';

/** The chart has to work with both. */
const VERSIONS = ['1.29.0', '1.33.0'];
const KEDA = {
  module: 'github.com/kedacore/keda/v2@v2.17.2',
  sum: 'h1:xlrcK5TKABJF9PebK79sgL07s/csGjL3H4m72OkZXxk=',
};

const chart = fileURLToPath(new URL('../../deploy/helm/darkroom', import.meta.url));
const validator = fileURLToPath(new URL('../support/validate-manifests.py', import.meta.url));

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas?: number;
    readonly triggers?: readonly { metadata: Record<string, string> }[];
    readonly template: { spec: { containers: readonly Container[] } };
  };
}
interface Container {
  readonly args: readonly string[];
  readonly env: readonly { name: string; value: string }[];
}

let helm: string;
let definition: string;
beforeAll(async () => {
  helm = await goBinary('helm', 'helm.sh/helm/v3/cmd/helm');
  const keda = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', KEDA.module], { encoding: 'utf8' }),
  );
  expect(keda.Sum).toBe(KEDA.sum);
  definition = join(keda.Dir, 'config/crd/bases/keda.sh_scaledobjects.yaml');
}, 1_800_000);

const required = {
  existingSecret: 'darkroom',
  settings: { TEMPORAL_ADDRESS: 'temporal:7233', DARKROOM_STORE: 's3://bucket/jobs' },
};
const everything = {
  ...required,
  settings: {
    ...required.settings,
    TEMPORAL_NAMESPACE: 'darkroom',
    DARKROOM_PUBLIC_URL: 'https://darkroom.example',
    DARKROOM_KEEP_DAYS: 10,
    DARKROOM_MAX_UPLOAD_BYTES: 5_000_000_000,
  },
  imagePullSecrets: [{ name: 'registry' }],
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/darkroom' } },
  api: {
    ingress: { enabled: true, className: 'nginx', host: 'darkroom.example', tlsSecret: 'certificate' },
    nodeSelector: { disk: 'ssd' },
  },
  workers: {
    default: { scaling: { enabled: true, max: 20, authentication: 'temporal' } },
    models: {
      capabilities: ['3d'],
      replicas: 1,
      cpuSlots: 1,
      settings: { DARKROOM_SLOTS: '3d=1' },
      tolerations: [{ key: 'memory', operator: 'Exists' }],
    },
  },
};

const runHelm = (values: object, command: string, ...more: string[]) => {
  const name = command === 'template' ? ['release'] : [];
  const options = ['--values', '-', '--kube-version', VERSIONS[0] ?? '', ...more];
  return execFileSync(helm, [command, ...name, chart, ...options], {
    input: stringify(values),
    stdio: 'pipe',
    encoding: 'utf8',
  });
};
const render = (values: object, version = VERSIONS[0] ?? '') => {
  const text = runHelm(values, 'template', '--kube-version', version);
  return { text, manifests: parseAllDocuments(text).map((each) => each.toJS() as Manifest) };
};
const validate = (text: string, version: string): string[] =>
  JSON.parse(
    execFileSync('python3', [validator, version, definition], {
      input: text,
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: kubernetesValidate },
    }),
  );

const all = [
  ['only what is required', required],
  ['everything', everything],
] as const;

test.each(all)('%s: Helm finds nothing wrong', (_, values) => {
  expect(runHelm(values, 'lint', '--strict')).toContain('0 chart(s) failed');
});

test.each(all.flatMap(([name, values]) => VERSIONS.map((version) => [name, version, values] as const)))(
  '%s: the manifests are valid in Kubernetes %s',
  (_, version, values) => {
    const { text, manifests } = render(values, version);
    expect(manifests.length).toBeGreaterThan(4);
    expect(validate(text, version)).toEqual([]);
  },
);

test('the validation finds what is misspelt, in kinds of Kubernetes and of KEDA', () => {
  const { text } = render(everything);
  const wrong = text
    .replace('replicas: 2', 'replica: 2')
    .replace('maxReplicaCount: 20', 'maxReplicaCount: many');
  expect(validate(wrong, VERSIONS[0] ?? '')).toEqual([
    expect.stringMatching(/^Deployment release-darkroom-api: .*replica/),
    expect.stringMatching(/^ScaledObject release-darkroom-worker-default: .*many/),
  ]);
});

test.each(all)('%s: each pod runs a command with valid settings', (_, values) => {
  const deployments = render(values).manifests.filter(({ kind }) => kind === 'Deployment');
  for (const { spec } of deployments) {
    const [container] = spec.template.spec.containers;
    const environment = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
    const unknown = Object.keys(environment).filter(
      (name) => !Object.hasOwn(settings, name) && !/^(TEMPORAL_|AWS_|UV_THREADPOOL_SIZE$)/.test(name),
    );
    expect(unknown).toEqual([]);
    const config = readConfig({ ...environment, DARKROOM_MASTER_KEY: 'a'.repeat(43) });
    expect(config.embedded).toBe(false);
    expect(['api', 'worker']).toContain(container?.args[0]);
  }
});

test('a scaled group of workers follows each queue that it polls, and has no number of its own', () => {
  const { manifests } = render(everything);
  const scaled = manifests.find(({ kind }) => kind === 'ScaledObject');
  expect(scaled?.spec.triggers?.map(({ metadata }) => metadata['taskQueue'])).toEqual([
    MAIN_QUEUE,
    DOWNLOAD_QUEUE,
    CALLBACK_QUEUE,
    queueOf('cpu'),
  ]);
  const group = manifests.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'release-darkroom-worker-default',
  );
  expect(group?.spec).not.toHaveProperty('replicas');
  expect(group?.spec.template.spec.containers[0]?.args).toEqual(['worker', '--capabilities', 'io,cpu']);
});

test.each([
  ['existingSecret', { settings: required.settings }],
  ['TEMPORAL_ADDRESS', { ...required, settings: { DARKROOM_STORE: 's3://bucket' } }],
  ['DARKROOM_STORE', { ...required, settings: { ...required.settings, DARKROOM_STORE: '/data' } }],
  ['DARKROOM_MASTER_KEY', { ...required, settings: { ...required.settings, DARKROOM_MASTER_KEY: 'secret' } }],
  ['api.ingress.host', { ...required, api: { ingress: { enabled: true } } }],
])('names %s when it is missing or wrong', (name, values) => {
  expect(() => runHelm(values, 'template')).toThrow(name);
});
