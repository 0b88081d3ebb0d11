/** Runs an operation as the activities do, stage by stage and batch by batch, without Temporal and without a store. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScratchOutputs } from '../../activities/outputs.ts';
import { noDestinations } from '../../operations/lib/no-destinations.ts';
import type { Pictures } from '../../operations/lib/picture-process/pictures.ts';
import { detectSandbox, type Sandbox } from '../../operations/lib/sandbox/sandbox.ts';
import type {
  InputFile,
  InstalledEngine,
  Operation,
  StageContext,
  StageOutcome,
} from '../../operations/operation.ts';
import { createRegistry } from '../../operations/registry.ts';
import { DarkroomError } from '../../src/errors.ts';
import { type Batch, batchSizes, splitIntoBatches } from '../../src/jobs/model/batch.ts';
import type { ResultNote } from '../../src/jobs/model/result.ts';
import type { Destinations } from '../../src/jobs/ports/destinations.ts';
import { UniqueNames } from '../../src/lib/unique-names.ts';
import { sharedPictures } from './picture-processes.ts';

/** An asset, before it lies on disk. */
export interface TestAsset {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly attributes?: Record<string, unknown>;
}

export interface RunOptions {
  readonly params?: Record<string, unknown>;
  readonly assets?: readonly TestAsset[];
  readonly signal?: AbortSignal;
  readonly engines?: Readonly<Record<string, InstalledEngine>>;
  /** Bytes. */
  readonly memory?: number;
  /** Default: those of this test process. */
  readonly pictures?: Pictures;
  /** Default: what this machine permits. */
  readonly sandbox?: Sandbox;
  /** From 1. */
  readonly attempt?: number;
  readonly lastAttempt?: boolean;
  /** Default: none. */
  readonly destinations?: Destinations;
  /** Milliseconds since the epoch. Default: now. */
  readonly scheduledAt?: number;
  readonly onProgress?: (report: Progress) => void;
}

interface Progress {
  readonly stage: string;
  readonly batch: number;
  readonly fraction: number;
  readonly detail: string | undefined;
}

export interface Outcome {
  /** Result files by name, in the order in which they were made. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** What the operation gave as its JSON result. */
  readonly data: unknown;
  readonly progress: readonly Progress[];
  readonly failures: readonly StageOutcome[];
  readonly notes: readonly ResultNote[];
  /** Assets as they were on disk when all was done. */
  readonly assetsAfter: readonly Buffer[];
}

/** Throws what the operation throws, and TypeError for parameters that it refuses. */
export async function runOperation(operation: Operation, options: RunOptions = {}): Promise<Outcome> {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-operation-'));
  try {
    return await runIn(root, operation, options);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function runIn(root: string, operation: Operation, options: RunOptions): Promise<Outcome> {
  const { params = {}, assets = [] } = options;
  const parsed = createRegistry([operation]).find(operation.name)?.parse(params);
  if (!parsed?.ok) throw new TypeError(`Parameters refused: ${JSON.stringify(parsed?.errors)}`);

  const inputs = await Promise.all(assets.map((asset, index) => layDown(root, asset, index)));
  const names = new UniqueNames();
  const files = new Map<string, Buffer>();
  const progress: Progress[] = [];
  const failures: StageOutcome[] = [];
  const notes: ResultNote[] = [];
  let data: unknown;
  let before: Part[] = [];

  for (const stage of operation.stages) {
    const parts: Part[] = [];
    const gone = new Set(failures.map(({ index }) => index));
    for (const batch of stage.perAsset
      ? splitIntoBatches({ chunkEnds: [assets.length], sizes: batchSizes })
      : [null]) {
      const part = { batch, directory: await mkdtemp(join(root, `${stage.name}-`)) };
      const workspace = join(part.directory, 'workspace');
      await mkdir(workspace);
      await restore(before, part, workspace);
      const outputs = new ScratchOutputs(join(part.directory, 'outputs'));
      const context: StageContext<Record<string, unknown>> = {
        params: parsed.params,
        inputs: inputs.filter(({ index }) => isIn(batch, index) && !gone.has(index)),
        leftOut: [...failures],
        workspace,
        outputs,
        signal: options.signal ?? new AbortController().signal,
        attempt: options.attempt ?? 1,
        lastAttempt: options.lastAttempt ?? false,
        scheduledAt: options.scheduledAt ?? Date.now(),
        destinations: options.destinations ?? noDestinations,
        progress: (fraction, detail) => {
          const report = { stage: stage.name, batch: batch?.index ?? 0, fraction, detail };
          progress.push(report);
          options.onProgress?.(report);
        },
        onProcess: () => undefined,
        log: () => undefined,
        logOutput: () => undefined,
        note: (code, message, input) => notes.push({ code, message, asset: input?.index ?? null }),
        engine: (name) => {
          const engine = options.engines?.[name];
          if (engine) return engine;
          throw new DarkroomError('engine_missing', `Engine ${name} is not installed`);
        },
        memory: options.memory ?? null,
        pictures: options.pictures ?? (await sharedPictures()).forTenant('test'),
        sandbox: options.sandbox ?? (await detectSandbox('auto')),
        fail: (input, error) => {
          if (parsed.params['on_error'] !== 'skip' || !(error instanceof DarkroomError) || error.retryable)
            throw error;
          failures.push(outcomeOf(input, error));
        },
      };
      await stage.run(context);
      for (const { name, requested } of outputs.created) {
        files.set(names.claim(requested), await readFile(outputs.pathOf(name)));
      }
      data = outputs.data ?? data;
      parts.push(part);
    }
    before = parts;
  }
  const assetsAfter = await Promise.all(inputs.map(({ path }) => readFile(path)));
  return { files, data, progress, failures, notes, assetsAfter };
}

interface Part {
  /** Null: all assets at once. */
  readonly batch: Batch | null;
  readonly directory: string;
}

const isIn = (batch: Batch | null, index: number): boolean =>
  batch === null || (batch.from <= index && index < batch.to);

/** Of the stage before, what the same batch left, or what all of it left. */
async function restore(before: readonly Part[], { batch }: Part, workspace: string): Promise<void> {
  for (const part of before) {
    if (batch && part.batch && part.batch.index !== batch.index) continue;
    await cp(join(part.directory, 'workspace'), workspace, { recursive: true });
  }
}

/** Under a number, as in the store: the name of an asset is not the name of its file. */
async function layDown(
  root: string,
  { name, bytes, attributes }: TestAsset,
  index: number,
): Promise<InputFile> {
  const path = join(root, String(index));
  await writeFile(path, bytes);
  return { index, name, path, size: Buffer.byteLength(bytes), attributes: attributes ?? {} };
}

const outcomeOf = ({ index, name }: InputFile, error: DarkroomError): StageOutcome => ({
  index,
  name,
  error: { code: error.code, message: error.message, retryable: error.retryable, details: error.details },
});
