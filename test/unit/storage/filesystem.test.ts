import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  access,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DarkroomError } from '../../../src/errors.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { bytesOf, digest, keysOf, textOf } from '../../contracts/store/suite.ts';
import { storeContract } from '../../contracts/store.ts';

const MiB = 1024 * 1024;
const newDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'darkroom-store-'));
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

storeContract('filesystem', async () => {
  const root = await newDirectory();
  return { address: `file:${root}`, close: () => remove(root) };
});

describe('filesystem store', () => {
  let directory: string;
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    directory = await newDirectory();
    // Not there yet, and neither is the folder above it.
    root = join(directory, 'data', 'store');
    store = createFilesystemStore({ root });
  });
  afterEach(() => remove(directory));

  const leftovers = () => readdir(join(root, '.tmp')).catch(() => []);

  it.each([
    [
      '',
      '/',
      '/etc/passwd',
      'a/',
      'a//b',
      '//',
      '.',
      '..',
      '../a',
      'a/..',
      'a/../b',
      './a',
      'a/./b',
      'a\\b',
      '..\\a',
    ],
    [
      'a\0b',
      'a\nb',
      '\x7f',
      'a\x85',
      '\ud800',
      '.tmp',
      '.tmp/a',
      'x'.repeat(256),
      `a/${'é'.repeat(128)}`,
      `${'a/'.repeat(512)}a`,
    ],
  ])('rejects invalid keys', async (...keys) => {
    await writeFile(join(directory, 'a'), 'outside');
    for (const key of keys) {
      await expect(store.put(key, 'x'), key).rejects.toThrow(TypeError);
      await expect(store.adopt(key, join(directory, 'a')), key).rejects.toThrow(TypeError);
      await expect(store.get(key), key).rejects.toThrow(TypeError);
      await expect(store.head(key), key).rejects.toThrow(TypeError);
      await expect(store.delete(key), key).rejects.toThrow(TypeError);
      await expect(store.deleteAll(`${key}/`), key).rejects.toThrow(TypeError);
      expect(() => store.localPath(key), key).toThrow(TypeError);
      expect(() => store.list(`${key}/`), key).toThrow(TypeError);
    }
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('outside');
    expect(existsSync(root)).toBe(false);
  });

  it('accepts names as long as the file system permits', async () => {
    const key = `${'é'.repeat(127)}x/${'y'.repeat(255)}/.tmp/..a`;
    await store.put(key, 'long');
    expect(await keysOf(store, '')).toEqual([key]);
    expect(await textOf(store, key)).toBe('long');
  });

  it('is empty before the first write, and creates nothing on a read', async () => {
    expect(await keysOf(store, '')).toEqual([]);
    expect(await store.get('a')).toBeNull();
    expect(existsSync(root)).toBe(false);
  });

  it('leaves no temporary files and no empty directories', async () => {
    await store.check();
    await store.put('a/b/c', 'x');
    await store.put('a/b/c', Readable.from(['y']));
    await store.put('d/e/f', 'x');
    await writeFile(join(directory, 'file'), 'x');
    await store.adopt('a/b/g', join(directory, 'file'));
    await expect(store.adopt('a/b/h', join(directory, 'file'))).rejects.toThrow(TypeError);
    const broken = new Readable({ read: () => broken.destroy(new Error('broke')) });
    await expect(store.put('h/i', broken)).rejects.toThrow('broke');
    await expect(store.put('a', 'x')).rejects.toThrow(DarkroomError);
    expect(await leftovers()).toEqual([]);
    await store.delete('a/b/c');
    expect(await readdir(join(root, 'a/b'))).toEqual(['g']);
    await store.delete('a/b/g');
    await store.deleteAll('d/e/');
    expect(await readdir(root)).toEqual(['.tmp']);
    expect(await leftovers()).toEqual([]);
  });

  it('permits an object where a directory was, and the other way round', async () => {
    await store.put('a/b/c', 'x');
    await store.delete('a/b/c');
    await store.put('a', 'object');
    await store.delete('a');
    // As a crash leaves it.
    await mkdir(join(root, 'b'));
    await store.put('b', 'object');
    await store.delete('b');
    await store.put('b/c', 'x');
    expect(await keysOf(store, '')).toEqual(['b/c']);
  });

  it('recreates the directory of an object if it is removed several times', async () => {
    const folder = join(root, 'a/b');
    for (let round = 0; round < 100; round++) {
      // Ten at most: writers and deleters of this store alone were never seen to take it away more than twice.
      let removals = 10;
      const adversary = async () => {
        while (removals > 0)
          await rmdir(folder).then(
            () => removals--,
            () => {},
          );
      };
      const adversaries = [adversary(), adversary()];
      try {
        await store.put('a/b/c', String(round));
        expect(await textOf(store, 'a/b/c')).toBe(String(round));
      } finally {
        removals = 0;
        await Promise.all(adversaries);
      }
      await store.delete('a/b/c');
    }
    expect(await leftovers()).toEqual([]);
  });

  it('continues after its directory was emptied', async () => {
    await store.put('a', 'x');
    await remove(root);
    await store.put('a', 'y');
    await remove(join(root, '.tmp'));
    await store.deleteAll('a/');
    expect(await textOf(store, 'a')).toBe('y');
  });

  it('removes leftovers of crashes, also those of the time before its first write, and no recent files', async () => {
    await mkdir(join(root, '.tmp/old/folder'), { recursive: true });
    await writeFile(join(root, '.tmp/old/folder/file'), 'x');
    const longOpen = createFilesystemStore({ root, leftoverAge: 8000 });
    await longOpen.put('a', 'x');
    expect(await leftovers()).toEqual(['old']);
    // Nothing can set the time that counts. What is put next is young for as long.
    await sleep(9000);
    await longOpen.put('b', 'x');
    await expect.poll(leftovers).toEqual([]);
    expect(await keysOf(store, '')).toEqual(['a', 'b']);
  });

  it('ignores symbolic links, and does not adopt them', async () => {
    await store.put('a/real', 'x');
    const outside = join(directory, 'secret');
    await writeFile(outside, 'secret');
    await symlink(outside, join(root, 'a/link'));
    await symlink(directory, join(root, 'a/folder'));
    expect(await store.get('a/link')).toBeNull();
    expect(await store.head('a/link')).toBeNull();
    expect(await keysOf(store, '')).toEqual(['a/real']);
    await symlink(outside, join(directory, 'output'));
    for (const path of ['output', 'data']) {
      await expect(store.adopt('a/stolen', join(directory, path))).rejects.toThrow(TypeError);
    }
    await store.deleteAll('a/');
    expect(await readFile(outside, 'utf8')).toBe('secret');
  });

  it('does not block on a pipe', async () => {
    await store.put('a', 'x');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await store.get('pipe')).toBeNull();
    await expect(store.adopt('b', join(root, 'pipe'))).rejects.toThrow(TypeError);
  });

  it('adopts a copy of a file with several links, with the current time', async () => {
    const [path, other, old] = [join(directory, 'file'), join(directory, 'other'), new Date('2001-01-01')];
    for (const linked of [false, true]) {
      await writeFile(path, 'content');
      await utimes(path, old, old);
      if (linked) await link(path, other);
      await store.adopt('a', path);
      if (linked) await writeFile(other, 'changed');
      expect(await textOf(store, 'a')).toBe('content');
      expect(existsSync(path)).toBe(false);
      expect((await store.head('a'))?.modified.getFullYear()).toBeGreaterThan(2001);
    }
  });

  it('adopts a file from another file system', async (context) => {
    const shared = '/dev/shm';
    const writable = await access(shared).then(
      () => true,
      () => false,
    );
    if (!writable || (await stat(shared)).dev === (await stat(directory)).dev) context.skip('needs /dev/shm');
    const path = join(await mkdtemp(join(shared, 'darkroom-')), 'file');
    try {
      const content = Buffer.alloc(3 * MiB, 'x');
      await writeFile(path, content);
      await expect(store.adopt('a', path, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
      expect(await store.adopt('a', path)).toEqual(digest(content));
      expect((await bytesOf(store, 'a')).equals(content)).toBe(true);
      expect(existsSync(path)).toBe(false);
      expect(await leftovers()).toEqual([]);
    } finally {
      await remove(join(path, '..'));
    }
  });

  it('is unavailable if its directory cannot be created, without a path in the error', async () => {
    await writeFile(join(directory, 'data'), 'in the way');
    const source = Readable.from(['x']);
    for (const attempt of [() => store.check(), () => store.put('a', 'x'), () => store.put('a', source)]) {
      const error = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DarkroomError);
      expect(error).toMatchObject({ code: 'store_unavailable', details: { reason: 'ENOTDIR' } });
      expect(String(error)).not.toContain(directory);
    }
  });

  it('reports a full disk, keeps its objects, and continues once there is space', async (context) => {
    await mkdir(root, { recursive: true });
    const mounted = await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root]).catch(
      () => null,
    );
    if (mounted === null) context.skip('needs the right to mount a tmpfs');
    try {
      await store.put('a', 'old');
      const path = join(directory, 'large');
      await writeFile(path, Buffer.alloc(2 * MiB));
      const source = Readable.from(Array(8).fill(Buffer.alloc(MiB / 4)));
      for (const attempt of [
        () => store.put('a', Buffer.alloc(2 * MiB)),
        () => store.put('a', source),
        () => store.adopt('a', path),
      ]) {
        const error = await attempt().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ name: 'DarkroomError', code: 'disk_full' });
        expect(String(error)).not.toContain(directory);
      }
      expect(source.destroyed).toBe(true);
      expect(existsSync(path)).toBe(true);
      expect(await textOf(store, 'a')).toBe('old');
      expect(await leftovers()).toEqual([]);
      await store.put('a', Buffer.alloc(MiB / 2));
    } finally {
      execFileSync('umount', [root]);
    }
  });
});
