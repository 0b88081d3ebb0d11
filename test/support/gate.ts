/** An operation whose work takes until the test lets it end, however fast the machine is. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Its parameter `word` comes back as the result. Takes assets, and looks at none. */
export const HELD = 'test.held';

export interface Gate {
  /** Servers that are to know the operation are started with it. */
  readonly env: Readonly<Record<string, string>>;
  /** Work that is under way ends, and so does what begins later. */
  open(): Promise<void>;
  /** Work that begins from now on does not end; so it is at first. */
  shut(): Promise<void>;
  dispose(): Promise<void>;
}

const definition = (folder: string, gate: string, capability: string): string => `
name: ${HELD}
title: Held
description: Ends when it is let go.
inputs: { min: 0, max: 10 }
params: { word: { type: string, pattern: "^[a-z]*$", default: "" } }
run: all
capability: ${capability}
reads: [${folder}]
command: [sh, -c, 'until [ -e "$0" ]; do sleep 0.2; done; echo "{\\"word\\":\\"$2\\"}" >"$1/result.json"', "${gate}", "{outputs}", "{word}"]
data: result.json
version: [sh, -c, "echo 1.0"]
`;

/** `capability`: what a worker needs for the work. */
export async function makeGate(capability: 'io' | 'cpu' = 'io'): Promise<Gate> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-gate-'));
  const gate = join(folder, 'open');
  const operations = join(folder, 'operations');
  await mkdir(operations);
  await writeFile(join(operations, 'held.yaml'), definition(folder, gate, capability));
  return {
    env: { DARKROOM_OPERATIONS: operations },
    open: () => writeFile(gate, ''),
    shut: () => rm(gate, { force: true }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
