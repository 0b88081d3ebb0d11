/** The photographs of a directory that a client of e2e3d named. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listPhotographs } from '../../../src/inputs/photographs.ts';

const NOBODY = 65_534;

let folder: string;
let roots: string[];
const list = async (given: string) => (await listPhotographs(roots, given)).paths;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-photographs-')));
  await chmod(folder, 0o755);
  roots = [join(folder, 'missing'), join(folder, 'input')];
  await mkdir(join(folder, 'input/set/nested.jpg'), { recursive: true });
  await mkdir(join(folder, 'input/empty'));
  const names =
    'IMG_10.JPG IMG_2.jpg a.jpeg b.PNG c.tif d.TIFF e.webp h.HEIC .hidden.jpg .jpg notes.txt f.gif g.jpg.bak';
  for (const name of names.split(' ')) await writeFile(join(folder, 'input/set', name), 'x');
  await writeFile(join(folder, 'input/set/nested.jpg/inner.jpg'), 'x');
  execFileSync('mkfifo', [join(folder, 'input/set/pipe.jpg')]);
  await writeFile(join(folder, 'secret.jpg'), 'x');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function mkdirAndWrite(directory: string, name: string): Promise<void> {
  await mkdir(join(folder, directory), { recursive: true });
  await writeFile(join(folder, directory, name), 'x');
}

const names = ['a.jpeg', 'b.PNG', 'c.tif', 'd.TIFF', 'e.webp', 'h.HEIC', 'IMG_2.jpg', 'IMG_10.JPG'];

describe('the photographs of a directory', () => {
  test('are its images in natural order, without hidden files and subdirectories', async () => {
    expect(await list('set')).toEqual(names.map((name) => `set/${name}`));
  });

  test('are named as the client named the directory', async () => {
    const absolute = join(folder, 'input/set');
    expect(await list(absolute)).toEqual(names.map((name) => join(absolute, name)));
    expect((await list(`${absolute}/`))[0]).toBe(join(absolute, 'a.jpeg'));
    expect((await list('./set/'))[0]).toBe('set/a.jpeg');
  });

  test('come with notes about everything else', async () => {
    expect((await listPhotographs(roots, 'set')).notes).toEqual([
      '"set": 6 files were skipped (.hidden.jpg, .jpg, f.gif, g.jpg.bak, notes.txt, pipe.jpg); ' +
        'only JPEG, PNG, TIFF, WebP, AVIF and HEIC files are used',
      '"set": 1 directory was skipped (nested.jpg); name each directory as an asset of its own',
    ]);
  });

  test('must be at least one; the message says what there is instead', async () => {
    const problem = (given: string, what: string) => ({
      code: 'asset_not_found',
      message: `"${given}" has no photographs (jpg, png, tiff, webp, avif, heic)${what}`,
    });
    await expect(list('empty')).rejects.toMatchObject(problem('empty', '; it is empty'));
    for (const name of ['a.MOV', 'b.mov', 'notes', '.hidden']) await mkdirAndWrite('input/other', name);
    await mkdir(join(folder, 'input/other/day 1'));
    await expect(list('other')).rejects.toMatchObject(
      problem(
        'other',
        ': it has 2 .mov files, 1 directory, 1 other file; to use the photographs of a subdirectory, name it',
      ),
    );
  });

  test.each([
    ['nobody', 'asset_not_found'],
    ['set/a.jpeg', 'asset_not_found'],
    ['/etc', 'asset_path_forbidden'],
    ['..', 'asset_path_forbidden'],
    ['set\0', 'asset_not_found'],
  ])('%j is rejected, and the message contains no other path', async (given, code) => {
    const error = await list(given).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(`"${given}"`) });
    expect((error as Error).message).not.toContain(folder);
  });

  test('a symbolic link is followed', async () => {
    await mkdir(join(folder, 'input/links'));
    await symlink('../set/a.jpeg', join(folder, 'input/links/inside.jpg'));
    await symlink('../set', join(folder, 'input/links/folder.jpg'));
    expect(await list('links')).toEqual(['links/inside.jpg']);
    await symlink('../../secret.jpg', join(folder, 'input/links/outside.jpg'));
    await expect(list('links')).rejects.toMatchObject({
      code: 'asset_path_forbidden',
      message: expect.stringContaining('"links/outside.jpg"'),
    });
  });

  test('an unreadable directory or photograph is named', async () => {
    await mkdir(join(folder, 'input/closed'));
    await writeFile(join(folder, 'input/closed/a.jpg'), 'x', { mode: 0 });
    const refused = async (given: string) => {
      // To root nothing is closed.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.(NOBODY);
      try {
        await expect(list('closed')).rejects.toMatchObject({
          code: 'asset_path_forbidden',
          message: `This server cannot read "${given}"`,
        });
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    };
    await refused('closed/a.jpg');
    await chmod(join(folder, 'input/closed'), 0);
    await refused('closed');
    await chmod(join(folder, 'input/closed'), 0o755);
  });
});
