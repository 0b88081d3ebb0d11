/** Command operations. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PHOTOS } from './assets.ts';
import { native } from './native.ts';

const CHECKSUM = 'chaos.checksum';
/** Kills the process that started it: the worker. Needs DARKROOM_SANDBOX=off; a sandboxed one cannot. */
export const KILLER = 'chaos.killer';
/** Takes memory until its limit ends it. */
export const HOG = 'chaos.hog';
/** Notes each run in a file, and ends when another file is there. Needs DARKROOM_SANDBOX=off. */
export const COUNTED = 'chaos.counted';

const define = (name: string, fields: string): string =>
  `name: ${name}\ntitle: ${name}\ndescription: Part of npm run chaos.\nversion: [sh, -c, "echo 1"]\n${fields}`;

const checksum = `
inputs: { min: 1, max: 10 }
run: each
command: [sh, -c, 'sleep 0.5; cksum <"$0" >"$1"', "{input}", "{outputs}/{stem}.txt"]
outputs: ["*.txt"]
`;
const killer = `
inputs: { min: 0, max: 0 }
run: all
command: [sh, -c, 'sleep 0.3; kill -9 $PPID; sleep 60']
`;
const hog = `
inputs: { min: 0, max: 0 }
run: all
limits: { memory: 512M }
command: [tail, /dev/zero]
`;
const counted = (folder: string) => `
inputs: { min: 0, max: 0 }
run: all
command:
  - sh
  - -c
  - |
    echo run >>"$0/runs"
    until [ -e "$0/gate" ]; do sleep 0.2; done
    echo '{"computed":true}' >"$1/result.json"
    echo run >>"$0/computed"
  - ${folder}
  - "{outputs}"
data: result.json
`;

/** Writes the definitions. Returns the value of DARKROOM_OPERATIONS. @param root Directory for them, and for what COUNTED notes. */
export async function writeDefinitions(root: string): Promise<string> {
  const directory = join(root, 'operations');
  await mkdir(directory, { recursive: true });
  const all = { [CHECKSUM]: checksum, [KILLER]: killer, [HOG]: hog, [COUNTED]: counted(root) };
  for (const [name, fields] of Object.entries(all))
    await writeFile(join(directory, `${name}.yaml`), define(name, fields));
  return directory;
}

export const commandLoad = [native({ operation: CHECKSUM, urls: PHOTOS.slice(0, 2) })];
