/** The package of `npm pack`, installed in an empty folder on a machine that has only Node. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type CliResult, run } from '../support/cli.ts';
import { type PackageRegistry, startPackageRegistry } from '../support/package-registry.ts';
import { freePort } from '../support/ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const call = promisify(execFile);
const MAX_PACKED_BYTES = 3_000_000;
const READY = { timeout: 120_000, interval: 200 };

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let directory: string;
let registry: PackageRegistry;
let packed: Packed;
let paths: readonly string[];
/** What a machine with Node has, and the Temporal of this machine, which a start would download otherwise. */
let env: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'darkroom-package-'));
  const { stdout } = await call('npm', ['pack', '--json', '--pack-destination', directory], { cwd: root });
  [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed];
  paths = packed.files.map(({ path }) => path);
  registry = await startPackageRegistry(join(directory, packed.filename));

  const bin = join(directory, 'bin');
  await mkdir(bin);
  await symlink(process.execPath, join(bin, 'node'));
  for (const name of ['npm', 'npx']) await symlink(await locate(name), join(bin, name));
  for (const name of ['sh', 'env']) await symlink(await locate(name), join(bin, name));
  env = {
    PATH: bin,
    HOME: directory,
    npm_config_cache: (await call('npm', ['config', 'get', 'cache'])).stdout.trim(),
    npm_config_registry: registry.url,
    TEMPORAL_CLI_PATH: inject('temporalBinary'),
    DARKROOM_DATA: join(directory, 'data'),
    DARKROOM_LISTEN: `127.0.0.1:${await freePort()}`,
  };
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

const locate = async (program: string): Promise<string> => {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const path = join(folder, program);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`There is no ${program} on PATH`);
};

describe('the package', () => {
  test('has the build, what the build reads, and the documents', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'SECURITY.md',
        'npm-shrinkwrap.json',
        'package.json',
        'dist/package.json',
        'dist/src/main.js',
        'dist/src/client/client.js',
        'dist/src/client/client.d.ts',
        'dist/workflows/bundle.js',
        'dist/web/style.css',
        'docs/api.md',
        'engines/guestprobe/engine.json',
        'go/temporal-cli/go.sum',
      ]),
    );
  });

  test('has the code and the types of all that it exports', async () => {
    const text = await readFile(join(root, 'package.json'), 'utf8');
    const { exports } = JSON.parse(text) as { exports: Record<string, { types: string; default: string }> };
    const named = Object.values(exports).flatMap((entry) => [entry.types, entry.default]);
    expect(named.map((path) => path.replace('./', '')).filter((path) => !paths.includes(path))).toEqual([]);
  });

  test('has no tests, fixtures, sources of the build, or files of this machine', () => {
    const allowed =
      /^(?:[A-Z]+(?:\.md)?|package\.json|npm-shrinkwrap\.json|dist\/package\.json|dist\/(?:src|activities|operations|workflows|web)\/.+\.(?:js|d\.ts|css|svg|html)|dist\/web\/preload\.json|templates\/.+\.yaml|engines\/.+|go\/temporal-cli\/go\.(?:mod|sum)|docs\/.+\.(?:md|png|jpg)|deploy\/systemd\/darkroom\.service)$/;
    expect(paths.filter((path) => !allowed.test(path) || /test|fixture|\.map$|pycache/.test(path))).toEqual(
      [],
    );
  });

  test('is small', () => {
    expect(packed.size).toBeLessThan(MAX_PACKED_BYTES);
  });

  test('leaves nothing behind in the clone', async () => {
    await expect(access(join(root, 'npm-shrinkwrap.json'))).rejects.toThrow('ENOENT');
  });
});

describe('installed in an empty folder', () => {
  let home: string;
  const command = (...args: string[]): Promise<CliResult> =>
    run(join(env['PATH'] ?? '', 'npx'), args, { env, cwd: home });

  beforeAll(async () => {
    home = join(directory, 'empty');
    await mkdir(home);
    const { code, stderr } = await run(
      join(env['PATH'] ?? '', 'npm'),
      ['install', '--no-audit', '--no-fund', 'darkroom'],
      { env, cwd: home },
    );
    expect(code, stderr).toBe(0);
  });

  test('it has exactly the packages of package-lock.json', async () => {
    const read = async (path: string) => {
      const { packages } = JSON.parse(await readFile(path, 'utf8')) as {
        packages: Record<string, { version: string; dev?: true; optional?: true }>;
      };
      return Object.entries(packages).filter(([name, { dev, optional }]) => name !== '' && !dev && !optional);
    };
    const versions = (entries: Awaited<ReturnType<typeof read>>) =>
      Object.fromEntries(
        entries
          .map(([path, { version }]) => [path.replace(/^node_modules\/darkroom\//, ''), version])
          .filter(([path]) => path !== 'node_modules/darkroom'),
      );
    const locked = versions(await read(join(root, 'package-lock.json')));
    expect(versions(await read(join(home, 'node_modules/.package-lock.json')))).toEqual(locked);
  });

  describe('npx darkroom serve', () => {
    let server: ChildProcess;
    let output = '';
    let url: string;

    beforeAll(async () => {
      url = `http://${env['DARKROOM_LISTEN']}`;
      const options = { env, cwd: home, detached: true };
      server = spawn(join(env['PATH'] ?? '', 'npx'), ['darkroom', 'serve'], options);
      for (const stream of [server.stdout, server.stderr])
        stream?.on('data', (chunk) => (output += String(chunk)));
      await vi.waitFor(() => expect(output).toContain('darkroom is ready'), READY);
      await cp(join(root, 'examples/photos/chelsea.jpg'), join(home, 'cat.jpg'));
    });
    afterAll(async () => {
      if (server?.pid === undefined || server.exitCode !== null) return;
      const ended = new Promise((resolve) => server.once('close', resolve));
      // Ctrl-C on a terminal signals the whole process group.
      process.kill(-server.pid, 'SIGINT');
      await ended;
    });

    test('runs a job: the result is the picture, resized', async () => {
      const args = ['submit', 'cat.jpg', '--operation', 'image.transform', '--set', 'width=100'];
      const { code, stderr } = await command('darkroom', ...args, '--set', 'format=png', '--out', 'result');
      expect(code, stderr).toBe(0);
      const result = sharp(join(home, 'result/cat.png'));
      expect(await result.metadata()).toMatchObject({ format: 'png', width: 100, height: 67 });
      const expected = await sharp(join(home, 'cat.jpg')).autoOrient().resize(100).stats();
      const actual = await result.stats();
      for (const [channel, { mean }] of expected.channels.entries())
        expect(Math.abs((actual.channels[channel]?.mean ?? 0) - mean), `channel ${channel}`).toBeLessThan(4);
    });

    test('serves the console, the documents of the API, and says what the machine lacks', async () => {
      const page = await (await fetch(url)).text();
      const modules = [...page.matchAll(/(?:href|src)="([^"]+\.(?:js|css))"/g)].map(([, path = '']) => path);
      expect(modules.length).toBeGreaterThan(1);
      for (const path of modules) expect((await fetch(new URL(path, url))).status, path).toBe(200);
      expect((await fetch(`${url}/docs`)).status).toBe(200);
      const { stdout } = await command('darkroom', 'engines');
      expect(stdout).toContain('reconstruct');
    });

    test('darkroom/client has types, and works against it', async () => {
      await writeFile(
        join(home, 'program.mts'),
        `import { createClient, type Job } from 'darkroom/client';
import { localFile } from 'darkroom/client/files';
import { verifyWebhook } from 'darkroom/client/webhooks';
const client = createClient({ url: process.env.SERVER! });
const { id } = await client.submit({
  operation: 'image.transform', params: { width: 20 }, assets: [await localFile('cat.jpg')],
});
const job: Job = await client.wait(id);
console.log(job.state, (await client.files(id)).map(({ path }) => path).join());
// @ts-expect-error: a job has no such field
job.colour;
`,
      );
      const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
      const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', ...types];
      await call(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'program.mts'],
        {
          cwd: home,
        },
      );
      const { stdout } = await run(process.execPath, ['program.mjs'], {
        cwd: home,
        env: { ...env, SERVER: url },
      });
      expect(stdout).toBe('completed cat.jpg\n');
    });
  });
});
