/** Operations that an operator describes: the examples of the docs with their real programs, and what can go wrong. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DefinitionError, loadOperation, loadOperations } from '../../../operations/command/load.ts';
import { detectSandbox } from '../../../operations/lib/sandbox/sandbox.ts';
import { operationContract } from '../../contracts/operation.ts';
import { pidsOf } from '../../support/pids.ts';
import { runOperation, type TestAsset } from '../../support/run-operation.ts';

const isIsolated = (await detectSandbox('auto')).kind === 'bubblewrap';
const examples = new URL('../../../examples/operations/', import.meta.url).pathname;

async function textPicture(text: string): Promise<Uint8Array> {
  const svg = `<svg width="600" height="120"><rect width="600" height="120" fill="white"/>
    <text x="20" y="80" font-family="DejaVu Sans" font-size="56">${text}</text></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** A portable bitmap: a filled square. */
const bitmap = (side: number): string =>
  `P1\n${side} ${side}\n${Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_, x) => (x > 3 && y > 3 && x < side - 4 && y < side - 4 ? 1 : 0)).join(
      ' ',
    ),
  ).join('\n')}\n`;

const ocr = await loadOperation(join(examples, 'ocr.yaml'));
const trace = await loadOperation(join(examples, 'trace.yaml'));
const poster = await loadOperation(join(examples, 'poster.yaml'));

const page: TestAsset = { name: 'page.png', bytes: await textPicture('DARKROOM 42') };
const square: TestAsset = { name: 'square.pbm', bytes: bitmap(32) };
const garbage: TestAsset = { name: 'garbage.png', bytes: 'not a picture' };

operationContract(ocr, { title: 'a page', params: {}, assets: [page], unusable: garbage });
operationContract(trace, {
  title: 'a square',
  params: { tight: true },
  assets: [square],
  unusable: { name: 'garbage.pbm', bytes: 'P9 nonsense' },
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-custom-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

const shell = (script: string, more = ''): string => `
name: test.shell
title: A script
description: Runs a script.
inputs: { min: 0, max: 5 }
command: [sh, -c, ${JSON.stringify(script)}, sh, "{outputs}", "{inputs}"]
run: all
version: [sh, -c, "echo 1.0"]
${more}`;

describe('the examples', () => {
  test('OCR reads the text', async () => {
    const { files } = await runOperation(ocr, { assets: [page] });
    expect(String(files.get('page.txt'))).toContain('DARKROOM 42');
  });

  test('potrace makes a vector image', async () => {
    const { files } = await runOperation(trace, { assets: [square] });
    expect(String(files.get('square.svg'))).toContain('<path');
  });

  test('ffmpeg extracts the requested frame', async () => {
    const still = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#c02040' } })
      .gif()
      .toBuffer();
    const { files } = await runOperation(poster, {
      params: { width: 160 },
      assets: [{ name: 'still.gif', bytes: still }],
    });
    const picture = sharp(files.get('still.jpg'));
    expect(await picture.metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 120 });
    const [red] = (await picture.stats()).channels;
    expect(red?.mean).toBeGreaterThan(150);
  });
});

describe('a command', () => {
  const run = async (script: string, more = '', options = {}) =>
    runOperation(await loadOperation(await write('shell.yaml', shell(script, more))), options);

  test('returns its progress, files and data', async () => {
    const progress: number[] = [];
    const { files, data } = await run(
      'for p in 25 50 75; do echo "$p%"; sleep 0.05; done; echo hi > $1/a.txt; echo no > $1/a.log; echo "{\\"n\\": 1}" > $1/r.json',
      `progress: '(\\d+)%'\ndata: r.json\noutputs: ["*.txt"]`,
      { onProgress: ({ fraction }: { fraction: number }) => progress.push(fraction) },
    );
    expect(progress).toEqual(expect.arrayContaining([0.25, 0.5, 0.75, 1]));
    expect([...files.keys()].sort()).toEqual(['a.txt', 'result.json']);
    expect(data).toEqual({ n: 1 });
  });

  test.each([
    ['that fails says so in its own words', 'echo "no such font" >&2; exit 3', '', /code 3: no such font/],
    ['that leaves nothing is told of what was expected', 'true', '', /left no file/],
    ['that takes too long is ended', 'sleep 60', 'limits: { seconds: 1 }', /longer than 1 s/],
    [
      'that takes too long and then says that all is well',
      "trap 'exit 0' TERM; while true; do sleep 0.1; done",
      'limits: { seconds: 1 }',
      /longer than 1 s/,
    ],
    [
      'that writes too much is ended',
      'head -c 5000000 /dev/zero > $1/big',
      'limits: { output: 1M }',
      /ended/,
    ],
    ['whose data is no JSON', 'echo x > $1/r.json', 'data: r.json', /r\.json is not valid JSON/],
  ])('%s', async (_, script, more, message) => {
    const error: unknown = await run(script, more).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'operation_failed', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain(tmpdir());
  });

  test('gets only the variables of its definition', async () => {
    process.env['DARKROOM_TEST_SECRET'] = 'secret';
    const { files } = await run('env > $1/env.txt', 'environment: { COLOUR: red }');
    delete process.env['DARKROOM_TEST_SECRET'];
    expect(String(files.get('env.txt'))).toContain('COLOUR=red');
    expect(String(files.get('env.txt'))).not.toContain('secret');
  });

  test('is cancelled with all processes that it started', async () => {
    const cancel = new AbortController();
    const mark = `31${Date.now() % 100_000}`;
    const running = run(`sleep ${mark} & sleep ${mark}; true`, '', { signal: cancel.signal });
    while ((await pidsOf(`sleep ${mark}`)).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(await pidsOf(`sleep ${mark}`)).toEqual([]);
  });

  test('is ended if its processes together exceed the memory limit', async () => {
    const hog = 'held=Buffer.alloc(160<<20,1);setTimeout(Object,40000)';
    const running = run(`node -e "${hog}" & node -e "${hog}"; wait`, '', { memory: 250 * 2 ** 20 });
    await expect(running).rejects.toMatchObject({
      code: 'engine_limit',
      message: expect.stringContaining('memory'),
    });
    expect(await pidsOf(`node -e ${hog}`)).toEqual([]);
  });

  test.skipIf(!isIsolated)(
    'reaches no network and no files of the worker, unless it asks for them',
    async () => {
      const server = createServer((socket) => socket.end());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const secret = await write('secret.txt', 'secret');
      const connect = `require('net').connect(${port},'127.0.0.1').on('connect',()=>process.exit()).on('error',()=>process.exit(1))`;
      const script = `(node -e "${connect}" && echo network; cat ${secret}; ls /proc | grep -c '^[0-9]') > $1/said.txt 2>/dev/null; true`;
      const said = async (more: string) =>
        String((await run(script, more)).files.get('said.txt')).split('\n');
      const isolated = await said('');
      expect(isolated.slice(0, -2)).toEqual([]);
      expect(Number(isolated.at(-2))).toBeLessThan(10);
      const open = await said(`network: true\nreads: [${secret}]`);
      expect(open.slice(0, 2)).toEqual(['network', expect.stringMatching(/^secret/)]);
      server.close();
    },
  );

  test('is rejected if it cannot be isolated, unless the operator permits it', async () => {
    const off = await detectSandbox('off');
    const script = 'echo done > $1/done.txt';
    await expect(run(script, '', { sandbox: { ...off, permitsCommands: false } })).rejects.toMatchObject({
      code: 'sandbox_missing',
      message: expect.stringContaining('DARKROOM_SANDBOX=off'),
    });
    const { files } = await run(script, '', { sandbox: off });
    expect([...files.keys()]).toEqual(['done.txt']);
  });

  test('is retryable if it was killed, and not if it failed', async () => {
    await expect(run('kill -KILL $$')).rejects.toMatchObject({ code: 'operation_failed_for_now' });
    await expect(run('exit 3')).rejects.toMatchObject({ code: 'operation_failed' });
  });

  test('gets hostile file names as data, never as options or shell code', async () => {
    const { files } = await run('for f in "$@"; do echo "$f"; done > $1/args.txt', '', {
      assets: [{ name: '--help; $(touch x).jpg', bytes: 'a' }],
    });
    expect(String(files.get('args.txt'))).toMatch(/\/0\.jpg\n$/);
  });
});

describe('a definition', () => {
  test.each([
    ['that is not YAML', 'name: [', /broken\.yaml: /],
    ['without a field', shell('true').replace(/^version: .*$/m, ''), /^broken\.yaml: version: is required$/],
    ['with an unknown field', shell('true', 'colour: red'), /colour/],
    ['with a placeholder that no parameter has', shell('true').replace('"{outputs}"', '"{nope}"'), /nope/],
    ['whose name is one word', shell('true').replace('test.shell', 'shell'), /two or more words/],
    [
      'with a bad limit',
      shell('true', 'limits: { memory: lots }'),
      /broken\.yaml: limits\.memory: .*number of bytes/,
    ],
  ])('%s is rejected with the name of the field', async (_, text, message) => {
    const path = await write('broken.yaml', text);
    await expect(loadOperation(path)).rejects.toThrow(DefinitionError);
    await expect(loadOperation(path)).rejects.toThrow(message);
    await rm(path);
  });

  test('parameters are checked by their JSON Schema', () => {
    expect(ocr.params.safeParse({ language: 'klingon' }).success).toBe(false);
    expect(ocr.params.parse({})).toEqual({ language: 'eng', on_error: 'fail' });
  });

  test('all of a directory are loaded; a missing directory has none', async () => {
    const names = (await loadOperations(examples)).map(({ name }) => name);
    expect(names).toEqual(['text.ocr', 'video.poster', 'image.trace']);
    expect(await loadOperations(join(folder, 'nothing'))).toEqual([]);
    for (const name of ['ocr', 'poster', 'trace']) {
      expect(await readFile(join(examples, `${name}.yaml`), 'utf8')).toContain('apt-get install');
    }
  });
});
