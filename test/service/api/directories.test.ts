/** Assets that are named by their directory. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startStack } from '../../support/stack.ts';

let folder: string;
let darkroom: Darkroom;

const picture = () =>
  sharp({ create: { width: 20, height: 10, channels: 3, background: '#268' } })
    .png()
    .toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-directories-'));
  await mkdir(join(folder, 'set/nested'), { recursive: true });
  for (const name of ['10.png', '2.PNG', '.hidden.png', 'nested/3.png'])
    await writeFile(join(folder, 'set', name), await picture());
  await writeFile(join(folder, 'set/notes.txt'), 'no photograph');
  darkroom = await startStack({ env: { DARKROOM_INPUT_ROOTS: folder } });
});
afterAll(async () => {
  await darkroom.dispose();
  await rm(folder, { recursive: true, force: true });
});

const spec = (path: string, id?: string) => ({
  ...(id ? { id } : {}),
  operation: 'image.metadata',
  params: { include: [] },
  assets: [{ source: { path }, attributes: { album: 'a' } }],
});

test('a path with a trailing slash means the photographs in it, in natural order', async () => {
  const { id } = await darkroom.submit(spec('set/'));
  await darkroom.until(id, 'completed');
  const result = (await (await darkroom.request(`/v1/jobs/${id}/result`)).json()) as {
    data: { assets: { name: string }[] };
  };
  expect(result.data.assets.map(({ name }) => name)).toEqual(['2.PNG', '10.png']);
});

test('a repeated request finds its job even if the directory has changed; another request does not', async () => {
  const { created_at } = await darkroom.submit(spec('set/', 'once'));
  await writeFile(join(folder, 'set/11.png'), await picture());
  expect((await darkroom.submit(spec('set/', 'once'))).created_at).toBe(created_at);
  await darkroom.until('once', 'completed');
  await rm(join(folder, 'set'), { recursive: true });
  expect(await darkroom.submit(spec('set/', 'once'))).toMatchObject({ created_at, state: 'completed' });
  await expect(darkroom.submit(spec('other/', 'once'))).rejects.toThrow(/409.*job_id_in_use/);
});

test('a directory that is missing or outside the input roots is named', async () => {
  await expect(darkroom.submit(spec('missing/'))).rejects.toThrow(/422.*\/assets\/0\/source\/path.*missing/);
  const named = { operation: 'image.metadata', assets: [{ name: 'a', source: { path: 'set/' } }] };
  await expect(darkroom.submit(named)).rejects.toThrow(/422.*\/assets\/0\/name/);
  await expect(darkroom.submit(spec('../'))).rejects.toThrow(/422.*\/assets\/0\/source\/path/);
});
