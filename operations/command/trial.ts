/** Runs an operation on files of this machine, without Temporal and without a store: to try a definition. */

import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { noDestinations } from '../lib/no-destinations.ts';
import type { Sandbox } from '../lib/sandbox/sandbox.ts';
import type { InputFile, Operation, OutputWriter } from '../operation.ts';

export interface Trial {
  /** Below the directory that was given. */
  readonly files: readonly string[];
  readonly data: unknown;
}

/** Results go to `out`. Throws what the operation throws. */
export async function runTrial(
  operation: Operation,
  params: Record<string, unknown>,
  paths: readonly string[],
  out: string,
  sandbox: Sandbox,
): Promise<Trial> {
  const workspace = await mkdtemp(join(tmpdir(), 'darkroom-trial-'));
  const files: string[] = [];
  let data: unknown = null;
  const made: (() => Promise<void>)[] = [];
  const outputs: OutputWriter = {
    create: async (name) => {
      const path = join(workspace, 'made', String(files.length));
      await mkdir(dirname(path), { recursive: true });
      made.push(async () => {
        await mkdir(dirname(join(out, name)), { recursive: true });
        await copyFile(path, join(out, name));
      });
      files.push(name);
      return { name, path };
    },
    json: async (value) => {
      data = value;
    },
  };
  try {
    const inputs = await Promise.all(paths.map(toInputFile));
    for (const stage of operation.stages) {
      await stage.run({
        params: operation.params.parse(params),
        inputs,
        leftOut: [],
        workspace,
        outputs,
        attempt: 1,
        lastAttempt: true,
        scheduledAt: Date.now(),
        destinations: noDestinations,
        signal: new AbortController().signal,
        progress: () => undefined,
        onProcess: () => undefined,
        sandbox,
        pictures: {
          run: () => {
            throw new Error('A trial decodes no pictures');
          },
        },
        log: () => undefined,
        logOutput: () => undefined,
        note: () => undefined,
        memory: null,
        engine: (name) => {
          throw new Error(`A trial has no engine ${name}`);
        },
        fail: (_, error) => {
          throw error;
        },
      });
    }
    for (const keep of made) await keep();
    return { files, data };
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function toInputFile(path: string, index: number): Promise<InputFile> {
  return { index, name: basename(path), path, size: (await stat(path)).size, attributes: {} };
}
