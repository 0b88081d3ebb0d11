/**
 * What an operation is: a name, parameters, and stages in order. Adding one is one file here, one line in
 * `registry.ts`, and one call of the contract suite (`test/contracts/operation.ts`).
 */
import { z } from 'zod';
import type { JobError } from '../src/jobs/model/job.ts';
import type { AssetOutcome } from '../src/jobs/model/result.ts';
import type { Destinations } from '../src/jobs/ports/destinations.ts';
import type { OperationInfo } from '../src/jobs/ports/operation-catalogue.ts';
import type { Pictures } from './lib/picture-process/pictures.ts';
import type { Sandbox } from './lib/sandbox/sandbox.ts';

/** One asset, as a stage finds it: a file on this machine, not to be written to. */
export interface InputFile {
  /** Position in the submitted list, from 0. */
  readonly index: number;
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Outputs of a stage. They are stored when the stage ends. */
export interface OutputWriter {
  /**
   * A path on this machine to write one result to. `name` is relative, with `/` between folders; names that are taken
   * within the stage get a number before the extension, and the name that was given is returned. `madeFrom`: the
   * one asset that it shows.
   */
  create(name: string, madeFrom?: InputFile): Promise<{ name: string; path: string }>;
  /** The JSON result of the job; also kept as `result.json`. */
  json(data: unknown): Promise<void>;
}

export interface StageContext<Params> {
  readonly params: Params;
  /** The assets of this batch, or all of them. Assets that failed earlier are left out. */
  readonly inputs: readonly InputFile[];
  /** Assets that could not be fetched, or that any earlier stage could not use. */
  readonly leftOut: readonly StageOutcome[];
  /** A directory that is handed from stage to stage. Per-asset stages find only what their own batch wrote. */
  readonly workspace: string;
  readonly outputs: OutputWriter;
  /** 0 to 1 of this stage (of this batch), and optionally a word on what is going on. */
  progress(fraction: number, detail?: string): void;
  /** Aborted on cancellation, on pause of the worker, and when the worker stops: check it between units of work. */
  readonly signal: AbortSignal;
  /** For the operator: adds a line to the log of the worker. */
  log(message: string, fields?: Record<string, unknown>): void;
  /** For the client: adds a line that a program printed to the log of the job. Paths of this machine and secrets are replaced. */
  logOutput(line: string): void;
  /** To be called with each process that the stage starts: while it computes, the stage does not hang. */
  onProcess(pid: number | undefined): void;
  /** An engine of those that the operation requires. Throws engine_missing when it was removed after the worker started. */
  engine(name: string): InstalledEngine;
  /** Bytes that processes which the stage starts may take together; null: no limit. */
  readonly memory: number | null;
  /** Decodes pictures in processes of their own. */
  readonly pictures: Pictures;
  /** The sandbox of the programs that the stage starts. */
  readonly sandbox: Sandbox;
  /**
   * Reports that an asset cannot be used. With `on_error: skip` the stage goes on without it; otherwise this throws.
   */
  fail(input: InputFile, error: Error): void;
  /**
   * Adds a note to the result: something that a client must know although the job completes.
   *
   * @param code - Snake case; documented with the operation.
   * @param input - The asset that it is about; left out when it is about several.
   */
  note(code: string, message: string, input?: Pick<InputFile, 'index'>): void;
  /** Buckets and other servers of the tenant. */
  readonly destinations: Destinations;
  /** When the first attempt was scheduled, in milliseconds since the epoch. */
  readonly scheduledAt: number;
  /** From 1. Attempts after a crash or a retry find the workspace as the stage before left it. */
  readonly attempt: number;
  /** Whether the step fails for good if this attempt fails. Attempts that ended by an outage or with their worker do not count. */
  readonly lastAttempt: boolean;
}

/** An engine as it is installed on this machine. */
export interface InstalledEngine {
  /** Directory with its packages, for PYTHONPATH. */
  readonly packages: string;
  readonly version: string;
}

export interface Stage<Params> {
  readonly name: string;
  readonly title: string;
  /** Task queue to run on: `io` for waiting, `cpu` for computing, or the name of an engine. Default `cpu`. */
  readonly capability?: string;
  /** Run in batches of assets, side by side. Default false: once, with all assets. */
  readonly perAsset?: boolean;
  /**
   * False: it works from what earlier stages left, so the bytes of the assets are not brought to it, and the paths of
   * its inputs are empty. Default true.
   */
  readonly needsInputs?: boolean;
  /** Whether the stage needs the bytes of an asset. The path of another one is empty. Default: of each. */
  selectInput?(asset: Pick<InputFile, 'name'>, params: Params): boolean;
  /**
   * Milliseconds one attempt may take: for each asset of a batch where it is `perAsset`, else for all. Default a quarter of an hour
   * for each asset, an hour for all.
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds without a sign of life after which the worker of an attempt counts as dead. Short: the step is soon repeated. Long: an
   * interruption of the connection to Temporal repeats nothing. Default: 10 seconds, or two minutes for an operation with engines.
   */
  readonly heartbeatMs?: number;
  /**
   * Milliseconds without any progress, computing or writing after which an attempt counts as hung; null: none. Default:
   * `DARKROOM_STALL_MS`.
   */
  readonly stallMs?: number | null;
  run(context: StageContext<Params>): Promise<void>;
}

export interface Operation<Params = Record<string, unknown>> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly params: z.ZodType<Params>;
  /** Names of parameters that are encrypted in the job, and never shown. */
  readonly secrets?: readonly string[];
  readonly inputs: {
    readonly min: number;
    readonly max: number;
    /** Media types it takes, for the catalogue; the bytes decide. */
    readonly media: readonly string[];
  };
  /** Attributes that each asset must have; assets without are refused at submission. */
  readonly attributes?: OperationInfo['attributes'];
  /** What it gives, unless its parameters ask for the other: chiefly files, or a JSON value. */
  readonly result: 'files' | 'json';
  /** Media types of its files. A step of a pipeline must give some that the next one takes. Default: any. */
  readonly outputs?: readonly string[];
  /**
   * True if equal assets and parameters give equal results, so that later jobs can copy them. A text: what else decides the results, besides
   * `engine` and the code of operations.
   */
  readonly deterministic?: boolean | string;
  /** Programs and libraries with their versions, for the manifest. */
  readonly engine: Readonly<Record<string, string>>;
  /**
   * Engines that it needs. A worker without them does not serve the capabilities of its stages, so these should be its
   * own, such as the engine's field of work.
   */
  readonly requires?: readonly string[];
  /** The command by which an operator gets what it requires; the default is that of the engine. */
  readonly install?: string;
  readonly stages: readonly [Stage<Params>, ...Stage<Params>[]];
}

/** Names an operation and its stages; the types of the stages follow from `params`. */
export const defineOperation = <Params>(operation: Operation<Params>): Operation<Params> => operation;

/** The parameter that every operation on assets offers. */
export const onError = z
  .enum(['fail', 'skip'])
  .default('fail')
  .describe(
    '`fail`: an asset that cannot be used fails the job. `skip`: it is reported and the others go on',
  );

/** The parameter that every operation on pictures offers. */
export const onDamaged = z
  .enum(['fail', 'accept'])
  .default('fail')
  .describe(
    'A picture that is cut off or damaged. `fail`: it cannot be used. `accept`: what can be decoded is used, and a note in the ' +
      'result names the damage',
  );

/** How assets fared in one stage. */
export type StageOutcome = Pick<AssetOutcome, 'index' | 'name'> & { readonly error: JobError };
