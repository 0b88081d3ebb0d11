/** A fresh installation gets the packages that this version names, and no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CLI_VERSION, checksums } from '../../src/temporal/embedded/releases.ts';
import { findFloating } from '../support/floating-packages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const list = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe('npm', () => {
  const folders = ['', 'scripts/client-generators/', 'scripts/docs-site/'];

  test.each(folders)('%spackage.json names exact versions', (folder) => {
    const { dependencies, devDependencies = {} } = JSON.parse(read(`${folder}package.json`));
    const floating = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !EXACT.test(String(version)),
    );
    expect(floating).toEqual([]);
  });

  test.each(folders)(
    '%spackage-lock.json has a checksum for each package, and those of package.json',
    (folder) => {
      const { packages } = JSON.parse(read(`${folder}package-lock.json`)) as {
        packages: Record<string, { integrity?: string; version?: string; dependencies?: object }>;
      };
      const { '': own, ...others } = packages;
      const { dependencies } = JSON.parse(read(`${folder}package.json`));
      expect(own?.dependencies).toEqual(dependencies);
      const unpinned = Object.entries(others).filter(
        ([, { integrity, version }]) => !integrity?.startsWith('sha512-') || !EXACT.test(version ?? ''),
      );
      expect(unpinned.map(([name]) => name)).toEqual([]);
    },
  );
});

describe('Python', () => {
  const sources = [...list('engines'), ...list('scripts')].filter((name) => name.endsWith('.in'));

  test.each(sources)('%s names exact versions, and each package that they need has hashes', (source) => {
    const wanted = read(source)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const locked = read(source.replace(/in$/, 'txt'))
      .replace(/^#.*$/gm, '')
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const versions = new Set<string>();
    for (const line of locked) {
      expect(line).toMatch(/^[\w.-]+(?:\[[\w,-]+\])?==[\w.+!-]+(?: ;.+?)?(?: +--hash=sha256:[0-9a-f]{64})+$/);
      versions.add(/^[^ ;[]+(?=\[|=)|^[^ ]+/.exec(line)?.[0].toLowerCase() ?? '');
      versions.add(
        line
          .split(' ')[0]
          ?.toLowerCase()
          .replace(/\[.*\]/, '') ?? '',
      );
    }
    for (const line of wanted) {
      expect(line).toMatch(/^[\w.-]+(?:\[[\w,-]+\])?==[\w.]+(?:; .+)?$/);
      const [name = '', version] =
        line
          .split(';')[0]
          ?.replace(/\[.*\]/, '')
          .split('==') ?? [];
      expect([...versions]).toContain(`${name.toLowerCase().replaceAll(/[._]/g, '-')}==${version}`);
    }
  });

  test('no other list of packages exists', () => {
    const lists = ['engines', 'scripts', 'test', 'bench', 'deploy']
      .flatMap(list)
      .filter((name) => /requirements.*\.txt$|pyproject\.toml$|Pipfile/.test(name));
    expect(lists.sort()).toEqual(sources.map((name) => name.replace(/in$/, 'txt')).sort());
  });
});

describe('Go', () => {
  test.each(readdirSync(join(root, 'go')))('go/%s has a checksum for each module', (name) => {
    const sums = read(`go/${name}/go.sum`);
    const required = [
      ...read(`go/${name}/go.mod`).matchAll(/^(?:require )?\t?([\w./~-]+\.[\w./~-]+) (v[^\s]+)/gm),
    ];
    expect(required.length).toBeGreaterThan(0);
    for (const [, module, version] of required) expect(sums).toContain(`${module} ${version}/go.mod h1:`);
    expect(read(`go/${name}/go.mod`)).not.toMatch(/^\s*replace /m);
  });

  test('the Temporal that Go builds is the one that is downloaded, whose archives have checksums', () => {
    expect(read('go/temporal-cli/go.mod')).toContain(`github.com/temporalio/cli v${CLI_VERSION} `);
    expect(Object.keys(checksums).sort()).toEqual(
      ['darwin', 'linux'].flatMap((system) => [`${system}_amd64`, `${system}_arm64`]),
    );
    for (const sum of Object.values(checksums)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('images and actions', () => {
  const VERSION =
    /:v?\d+\.\d+\.\d+[\w.-]*(?:@sha256:[0-9a-f]{64})?$|:\d+\.\d+-[\w.-]+(?:@sha256:[0-9a-f]{64})?$/;

  test('images have the tag of one version', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { image: string }>;
    };
    const images = [
      ...Object.values(services).map(({ image }) => image),
      ...[...read('Dockerfile').matchAll(/^ARG \w*IMAGE=(\S+)|^FROM (?!\$)(\S+)/gm)].map(
        ([, a, b]) => a ?? b ?? '',
      ),
    ].filter((image) => image !== 'darkroom:local');
    expect(images.length).toBeGreaterThan(5);
    expect(images.filter((image) => !VERSION.test(image))).toEqual([]);
  });

  test('actions have a version', () => {
    const used = list('.github/workflows').flatMap((name) => [...read(name).matchAll(/uses: *(\S+)/g)]);
    expect(used.length).toBeGreaterThan(0);
    expect(
      used.map(([, action = '']) => action).filter((action) => !/@(?:v\d|[0-9a-f]{40}$)/.test(action)),
    ).toEqual([]);
  });
});

describe('commands', () => {
  const folders = [
    '.ci',
    '.github',
    'scripts',
    'src',
    'engines',
    'deploy',
    'bench',
    'examples',
    'test/support',
  ];

  test('no script, image or workflow installs a package without its checksum', () => {
    const files = [...folders.flatMap(list), 'Dockerfile', 'docker-compose.yml', 'package.json'].filter(
      (name) => !/\.(?:json|txt|in|png|py)$|floating-packages/.test(name) || name === 'package.json',
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((name) => findFloating(read(name)).map((call) => `${name}: ${call}`))).toEqual([]);
  });

  test.each([
    'RUN npm install --omit=dev',
    "run('npm', ['install', 'typescript@5'])",
    '- run: npx playwright install',
    "spawnSync('python3', ['-m', 'pip', 'install', '--quiet', pypi])",
    'pip3 install requests',
    'uv pip install x',
    "spawn('go', ['install', PACKAGE])",
    'go run example.com/x@latest',
    "run('go', ['get', 'example.com/x@v1'])",
    'curl -fsSL https://example.com/install.sh | bash',
    'mvn dependency:copy-dependencies',
  ])('finds %s', (call) => {
    expect(findFloating(call)).toHaveLength(1);
  });

  test.each([
    'RUN npm ci --ignore-scripts',
    "run('npm', ['run', 'build'])",
    "['-m', 'pip', 'install', '--require-hashes', '--requirement', file]",
    "run('go', ['build', '-mod=readonly', '-o', path, package])",
    'the package pip installs',
  ])('accepts %s', (call) => {
    expect(findFloating(call)).toEqual([]);
  });
});
