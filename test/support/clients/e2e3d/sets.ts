/** Photo sets for e2e3d: one that is soon reconstructed, one that takes long, and one that cannot be. */
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedEngine } from '../../engines.ts';
import { renderScene } from '../../scene.ts';
import { installStubEngine } from '../../stub-engine.ts';

/** Views of the scene, of which some next to each other suffice. */
const VIEWS = 12;
const FEW = ['view_05.jpg', 'view_06.jpg', 'view_07.jpg'];

/** Views of the long set: each is there so often. */
const COPIES = 5;

export interface Sets {
  /** The input directory, in place of the contract's /app/data/input. */
  readonly input: string;
  /** Three photographs. */
  readonly sample: string;
  /** Sixty, of which each is matched with all others. */
  readonly long: string;
  /** Three files that are no photographs. */
  readonly broken: string;
  /** DARKROOM_CACHE of a server whose engine is a stub. */
  readonly cache: string;
  dispose(): Promise<void>;
}

export async function makeSets(): Promise<Sets> {
  const scene = await renderScene(await installedEngine('reconstruct'), VIEWS, 480);
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-sets-')));
  const input = join(folder, 'app/data/input');
  const [sample, long, broken] = ['SampleImages', 'long', 'broken'].map((name) => join(input, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [sample, long, broken]) await mkdir(directory, { recursive: true });
  for (const name of FEW) await cp(join(scene.directory, name), join(sample, name));
  for (const { name, bytes } of scene.photographs)
    for (let copy = 0; copy < COPIES; copy++) await writeFile(join(long, `${copy}-${name}`), bytes);
  for (const name of ['1.jpg', '2.png', '3.webp'])
    await writeFile(join(broken, name), 'This is no photograph');
  await scene.dispose();
  const cache = await installStubEngine(folder);
  return { cache, input, sample, long, broken, dispose: () => rm(folder, { recursive: true, force: true }) };
}
