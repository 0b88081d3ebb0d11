import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findTemporal, type TemporalBinary } from '../../../src/temporal/embedded/binary.ts';
import { thisPlatform } from '../../../src/temporal/embedded/releases.ts';
import {
  archive,
  archiveOfLink,
  fakeTemporal,
  type Mirror,
  sha256,
  startMirror,
} from '../../support/temporal-archives.ts';

let root: string;
let cacheDir: string;
let bin: string;
let lines: string[];
let mirror: Mirror | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-binary-test-'));
  cacheDir = join(root, 'cache');
  bin = join(root, 'bin');
  await mkdir(bin);
  lines = [];
});

afterEach(async () => {
  await mirror?.close();
  mirror = undefined;
  await rm(root, { recursive: true, force: true });
});

const target = (): string => join(cacheDir, 'temporal', '1.5.1', 'temporal');
const cacheContent = async (): Promise<string[]> => readdir(join(target(), '..')).catch(() => []);

/** Nothing but what a test puts on PATH, and no server to download from unless it starts one. */
function find(env: NodeJS.ProcessEnv = {}, sums: Record<string, string> = {}): Promise<TemporalBinary> {
  return findTemporal({
    cacheDir,
    env: { PATH: bin, DARKROOM_TEMPORAL_DOWNLOAD_URL: mirror?.url ?? 'http://127.0.0.1:1', ...env },
    log: (line) => lines.push(line),
    sums,
  });
}

async function serve(bytes: Buffer, answer?: RequestListener): Promise<Record<string, string>> {
  mirror = await startMirror(answer ?? ((_, response) => void response.end(bytes)));
  return { [thisPlatform()]: sha256(bytes) };
}

/** A `go` that "builds" as the real one does: with the path after `-o`. */
async function fakeGo(script = '/bin/cp "$SAMPLE" "$4"'): Promise<NodeJS.ProcessEnv> {
  await fakeTemporal(join(root, 'sample'));
  await writeFile(join(bin, 'go'), `#!/bin/sh\necho "$@" > "${root}/go-arguments"\n${script}\n`);
  await chmod(join(bin, 'go'), 0o755);
  return { SAMPLE: join(root, 'sample') };
}

describe('an installed binary', () => {
  test('is asked again for its version when it is killed, and not replaced', async () => {
    await fakeTemporal(join(root, 'real'));
    const once = `[ -e "${root}/once" ] || { : > "${root}/once"; kill -9 $$; }`;
    await mkdir(join(target(), '..'), { recursive: true });
    await writeFile(target(), `#!/bin/sh\n${once}\nexec "${root}/real"\n`);
    await chmod(target(), 0o755);
    expect(await find()).toMatchObject({ path: target(), source: 'cache' });
    expect(lines).toEqual([]);
  });

  test('uses TEMPORAL_CLI_PATH first, and nothing else if it is invalid', async () => {
    await fakeTemporal(join(bin, 'temporal'));
    await fakeTemporal(join(root, 'mine'), '1.30.2');
    expect(await find({ TEMPORAL_CLI_PATH: join(root, 'mine') })).toEqual({
      path: join(root, 'mine'),
      version: '1.30.2',
      source: 'environment',
    });
    const missing = join(root, 'missing');
    await expect(find({ TEMPORAL_CLI_PATH: missing })).rejects.toThrow(
      `TEMPORAL_CLI_PATH="${missing}" cannot be used: there is no such file`,
    );
    await fakeTemporal(join(root, 'old'), '1.28.9');
    await expect(find({ TEMPORAL_CLI_PATH: join(root, 'old') })).rejects.toThrow(
      /TEMPORAL_CLI_PATH=.*its server is 1\.28\.9; darkroom needs 1\.29 or later/,
    );
    expect(await find({ TEMPORAL_CLI_PATH: '' })).toMatchObject({ source: 'path' });
  });

  test('then uses PATH', async () => {
    await mkdir(join(root, 'other'));
    await fakeTemporal(join(bin, 'temporal'));
    const found = await find({ PATH: [join(root, 'other'), bin].join(delimiter) });
    expect(found).toEqual({ path: join(bin, 'temporal'), version: '1.29.1', source: 'path' });
  });

  test.each([
    ['too old', '#!/bin/sh\necho "temporal version 1.4.0 (Server 1.28.0, UI 2.0)"', 'its server is 1.28.0'],
    ['something else', '#!/bin/sh\necho "a clock"', 'names no server version'],
    ['broken', '#!/bin/sh\nexit 3', '"temporal --version" failed'],
  ])('reports a program on PATH that is %s, and uses the cache', async (_, script, why) => {
    await writeFile(join(bin, 'temporal'), script);
    await chmod(join(bin, 'temporal'), 0o755);
    await fakeTemporal(target());
    expect(await find()).toEqual({ path: target(), version: '1.29.1', source: 'cache' });
    expect(lines.join('\n')).toContain('the Temporal on PATH cannot be used');
    expect(lines.join('\n')).toContain(why);
  });

  test('replaces a damaged file in the cache', async () => {
    await fakeTemporal(target());
    await writeFile(target(), '');
    const sums = await serve(await archive(root));
    expect(await find({}, sums)).toMatchObject({ path: target(), source: 'download' });
    expect(await find({}, sums)).toMatchObject({ path: target(), source: 'cache' });
  });
});

describe('the download', () => {
  test('requests the official name, leaves one executable in the cache, and happens once', async () => {
    const sums = await serve(await archive(root));
    expect(await find({}, sums)).toEqual({ path: target(), version: '1.29.1', source: 'download' });
    expect(mirror?.requestedPaths).toEqual([`/v1.5.1/temporal_cli_1.5.1_${thisPlatform()}.tar.gz`]);
    expect(await cacheContent()).toEqual(['temporal']);
    expect((await stat(target())).mode & 0o777).toBe(0o755);
    expect(await find({}, sums)).toMatchObject({ source: 'cache' });
    expect(mirror?.requestedPaths).toHaveLength(1);
  });

  test('follows redirects', async () => {
    const bytes = await archive(root);
    const sums = await serve(bytes, (request, response) => {
      if (request.url === '/elsewhere') response.end(bytes);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await find({}, sums)).toMatchObject({ source: 'download' });
  });

  test('extracts only the executable', async () => {
    const bytes = await archive(root, async (content) => {
      await writeFile(join(content, 'LICENSE'), 'text');
      await writeFile(join(root, 'outside'), 'text');
      return ['LICENSE', '../outside'];
    });
    await rm(join(root, 'outside'));
    const sums = await serve(bytes);
    expect(await find({}, sums)).toMatchObject({ source: 'download' });
    expect(await cacheContent()).toEqual(['temporal']);
    expect(await readdir(root)).not.toContain('outside');
    expect(await readdir(cacheDir)).toEqual(['temporal']);
  });

  test('succeeds for two processes at once', async () => {
    const sums = await serve(await archive(root));
    const found = await Promise.all([find({}, sums), find({}, sums)]);
    expect(found.map(({ path }) => path)).toEqual([target(), target()]);
    expect(await cacheContent()).toEqual(['temporal']);
  });

  test('fails on a wrong checksum, and leaves nothing', async () => {
    await serve(await archive(root));
    await expect(find({}, { [thisPlatform()]: '0'.repeat(64) })).rejects.toThrow('has the SHA-256');
    expect(lines.join('\n')).toMatch(/WARNING: .* it must be 0{64}.* tampered/);
    expect(await cacheContent()).toEqual([]);
  });

  test.each<[string, RequestListener, string]>([
    ['404', (_, response) => void response.writeHead(404).end(), 'the server answered 404'],
    [
      'cut off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000000' });
        response.write('the beginning', () => response.destroy());
      },
      'terminated',
    ],
    ['cut off without a length', (_, response) => void response.end('the beginning'), 'has the SHA-256'],
  ])('%s: reported, and nothing is left', async (_, answer, why) => {
    const sums = await serve(await archive(root), answer);
    await expect(find({}, sums)).rejects.toThrow(why);
    expect(await cacheContent()).toEqual([]);
  });

  test('rejects an archive whose executable is a link', async () => {
    const sums = await serve(await archiveOfLink(root));
    await expect(find({}, sums)).rejects.toThrow('holds no file named temporal');
    expect(await cacheContent()).toEqual([]);
  });

  test('does not keep an executable that fails to run', async () => {
    const bytes = await archive(root, async (content) => {
      await writeFile(join(content, 'temporal'), '#!/bin/sh\nexit 1\n');
      return [];
    });
    await expect(find({}, await serve(bytes))).rejects.toThrow('"temporal --version" failed');
    expect(await cacheContent()).toEqual([]);
  });
});

describe('the build', () => {
  test('is used last, if the download fails', async () => {
    const found = await find(await fakeGo(), { [thisPlatform()]: '0'.repeat(64) });
    expect(found).toEqual({ path: target(), version: '1.29.1', source: 'build' });
    expect(await readFile(join(root, 'go-arguments'), 'utf8')).toMatch(
      /^build -mod=readonly -o \S+\/temporal github\.com\/temporalio\/cli\/cmd\/temporal\n$/,
    );
    expect(await cacheContent()).toEqual(['temporal']);
    expect(lines[0]).toMatch(/^downloading Temporal 1\.5\.1 from http:\/\/127\.0\.0\.1:1\//);
    expect(lines[1]).toMatch(/^Temporal could not be downloaded: fetch failed: .+/);
    expect(lines[2]).toMatch(/^building Temporal with Go; this takes 3 to 5 minutes/);
  });

  test('is used if there is no release for the platform', async () => {
    expect(await find(await fakeGo(), {})).toMatchObject({ source: 'build' });
    expect(lines[0]).toBe(`Temporal could not be downloaded: there is no release for ${thisPlatform()}`);
  });

  test('can be aborted', async () => {
    const controller = new AbortController();
    const env = { ...(await fakeGo('exec /bin/sleep 60')), PATH: bin };
    const finding = findTemporal({
      cacheDir,
      env,
      sums: {},
      signal: controller.signal,
      log: (line) => line.startsWith('building') && controller.abort(new Error('enough')),
    });
    await expect(finding).rejects.toThrow('enough');
    expect(await cacheContent()).toEqual([]);
  });

  test('reports all attempts and a remedy in one error if all fail', async () => {
    const env = await fakeGo('echo "go: module lookup disabled" >&2; exit 1');
    const error = await find(env).catch((error: Error) => error);
    const message = (error as Error).message;
    for (const part of [
      'TEMPORAL_CLI_PATH',
      'DARKROOM_TEMPORAL_DOWNLOAD_URL',
      'install Go',
      'TEMPORAL_ADDRESS',
      'there is no release for',
      'go: module lookup disabled',
    ]) {
      expect(message).toContain(part);
    }
    await rm(join(bin, 'go'));
    await expect(find()).rejects.toThrow('there is no "go" on PATH');
    expect(await cacheContent()).toEqual([]);
  });
});
