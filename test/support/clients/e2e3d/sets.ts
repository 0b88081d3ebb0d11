/** Photo sets for e2e3d, and a stub of the engine: a set that is soon reconstructed, one that never is, and one that cannot be. */
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installStubEngine } from '../../stub-engine.ts';

const photos = fileURLToPath(new URL('../../../../examples/photos/', import.meta.url));
const FEW = ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg'];

/** The stub does not end with so many photographs; see `ENDLESS` there. */
const MANY = 60;

export interface Sets {
  /** The input directory, in place of the contract's /app/data/input. */
  readonly input: string;
  /** Three photographs. */
  readonly sample: string;
  /** Sixty, with which the engine computes until it is stopped. */
  readonly long: string;
  /** Three files that are no photographs. */
  readonly broken: string;
  /** DARKROOM_CACHE of a server whose engine is a stub. */
  readonly cache: string;
  dispose(): Promise<void>;
}

/** @param stageSeconds - How long each half of a stage takes. */
export async function makeSets(stageSeconds = 0): Promise<Sets> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'darkroom-sets-')));
  const input = join(folder, 'app/data/input');
  const [sample, long, broken] = ['SampleImages', 'long', 'broken'].map((name) => join(input, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [sample, long, broken]) await mkdir(directory, { recursive: true });
  for (const name of FEW) await cp(join(photos, name), join(sample, name));
  for (let copy = 0; copy < MANY; copy++) await cp(join(photos, 'chelsea.jpg'), join(long, `${copy}.jpg`));
  for (const name of ['1.jpg', '2.png', '3.webp'])
    await writeFile(join(broken, name), 'This is no photograph');
  const cache = await installStubEngine(folder, stageSeconds);
  return { cache, input, sample, long, broken, dispose: () => rm(folder, { recursive: true, force: true }) };
}
