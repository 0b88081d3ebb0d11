/** A darkroom whose worker has no engine: its jobs prepare their photographs, and then wait for a worker that can go on. */
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../../../src/config/config.ts';
import { type Darkroom, startStack } from '../../stack.ts';

const photos = fileURLToPath(new URL('../../../../examples/photos/', import.meta.url));

export interface Idle {
  readonly darkroom: Darkroom;
  /** Its input directory, in which `SampleImages` has five photographs and a text. */
  readonly input: string;
  dispose(): Promise<void>;
}

export async function startIdle(env: Readonly<Record<string, string>>): Promise<Idle> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-e2e3d-')));
  const [cache, input] = [join(folder, 'cache'), join(folder, 'app/data/input')];
  await mkdir(cache);
  await symlink(join(readConfig().DARKROOM_CACHE, 'temporal'), join(cache, 'temporal'));
  await cp(photos, join(input, 'SampleImages'), { recursive: true });
  const darkroom = await startStack({
    env: { DARKROOM_INPUT_ROOTS: input, DARKROOM_CACHE: cache, ...env },
  });
  return {
    darkroom,
    input,
    dispose: async () => {
      await darkroom.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
