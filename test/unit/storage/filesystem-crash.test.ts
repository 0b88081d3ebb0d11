import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtRoot } from '../../../src/lib/resources.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { bytesOf, keysOf, textOf } from '../../contracts/store/suite.ts';

/** Node runs the compiled store: it does not load TypeScript. */
const module = new URL('src/storage/filesystem/index.js', builtRoot).href;

const MiB = 1024 * 1024;
const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'darkroom-crash-'));
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

describe('a killed writer of the file store', () => {
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    root = await newDirectory();
    store = createFilesystemStore({ root });
  });
  afterEach(() => remove(root));

  /** Runs a script with a `store`, kills it some time after it has said something. */
  const killed = async (script: string, milliseconds: number): Promise<void> => {
    const head = `import { createFilesystemStore } from ${JSON.stringify(module)};
      import { Readable } from 'node:stream';
      const store = createFilesystemStore({ root: ${JSON.stringify(root)} });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', head + script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((done) => child.once('exit', (_, signal) => done(signal)));
    const spoke = new Promise((done) => child.stdout.once('data', done));
    await Promise.race([spoke, ended]);
    await sleep(milliseconds);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
  };

  it('during a write leaves the old object, or none', async () => {
    const half = (key: string) => `
      setInterval(() => {}, 1000);
      const chunks = async function* () {
        yield Buffer.alloc(${MiB}, 'x');
        console.log('half');
        await new Promise(() => {});
      };
      await store.put('${key}', Readable.from(chunks()));`;
    await store.put('old', 'old');
    await killed(half('old'), 0);
    await killed(half('new/object'), 0);
    expect(await readdir(join(root, '.tmp'))).toHaveLength(2);
    expect(await textOf(store, 'old')).toBe('old');
    expect(await keysOf(store, '')).toEqual(['old']);
  });

  it('at any moment leaves complete objects', async () => {
    for (const milliseconds of [0, 1, 3, 7, 12, 20, 31, 45]) {
      await killed(
        `console.log('ready');
        for (let round = 0; ; round++) {
          const letter = 'ABC'[round % 3];
          const bytes = Buffer.alloc(letter.charCodeAt(0) * 10_000, letter);
          await store.put('folder/' + round % 2, round % 4 < 2 ? bytes : Readable.from([bytes]));
          if (round % 5 === 0) await store.delete('folder/0');
          if (round % 7 === 0) await store.deleteAll('folder/');
        }`,
        milliseconds,
      );
      for (const key of await keysOf(store, '')) {
        const bytes = await bytesOf(store, key);
        const letter = String.fromCharCode(bytes[0] ?? 0);
        expect(['A', 'B', 'C']).toContain(letter);
        expect(bytes.equals(Buffer.alloc(letter.charCodeAt(0) * 10_000, letter))).toBe(true);
      }
    }
    await store.put('folder/0', 'goes on');
    expect(await textOf(store, 'folder/0')).toBe('goes on');
  });
});
