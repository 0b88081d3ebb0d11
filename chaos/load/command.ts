/** A command operation. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PHOTOS } from './assets.ts';
import { native } from './native.ts';

const NAME = 'chaos.checksum';

const definition = `
name: ${NAME}
title: Checksum
description: Writes the checksum of each file after half a second.
inputs: { min: 1, max: 10 }
run: each
command: [sh, -c, 'sleep 0.5; cksum <"$0" >"$1"', "{input}", "{outputs}/{stem}.txt"]
outputs: ["*.txt"]
version: [sh, -c, "echo 1"]
`;

/** Returns the value of DARKROOM_OPERATIONS. */
export async function writeDefinition(root: string): Promise<string> {
  const directory = join(root, 'operations');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'checksum.yaml'), definition);
  return directory;
}

export const commandLoad = [native({ operation: NAME, urls: PHOTOS.slice(0, 2) })];
