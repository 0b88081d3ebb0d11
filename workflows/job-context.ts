/** What the parts of the job workflow share. */
import { PIPELINE } from '../src/jobs/model/pipeline-names.ts';
import type { RunInput, StepInput } from '../src/jobs/model/run-input.ts';
import { AssetQueue, type AssetQueueState } from './asset-queue.ts';
import { CallbackNotifier } from './callback-notifier.ts';
import { JobControl } from './job-control.ts';
import { JobStatusPublisher, type PublishedStatus } from './job-status.ts';
import { LossReports } from './loss-reports.ts';
import { LocalTurn } from './run-locally.ts';

/** The state that a run hands to its next execution when it continues as new. No activity is in flight at that moment. */
export interface ContinueAsNewState extends AssetQueueState {
  readonly published: PublishedStatus;
  /** Where each step continues, by name; null while assets are downloaded. */
  readonly positions: Readonly<Record<string, StepPosition>> | null;
}

/** How far a step has come. */
interface StepPosition {
  /** The stage that runs, or comes next. */
  readonly stage: number;
  readonly batchesDone: number;
  /** Inputs of the stage whose results were copied. */
  readonly reused: number;
}

/** One execution of the job workflow. */
export interface JobContext {
  readonly runInput: RunInput;
  /** Null in the first execution of a run. */
  readonly resumeFrom: ContinueAsNewState | null;
  readonly status: JobStatusPublisher;
  readonly control: JobControl;
  readonly assetQueue: AssetQueue;
  readonly notifier: CallbackNotifier;
  readonly localTurn: LocalTurn;
  readonly lossReports: LossReports;
  /** How far the steps have come, by name. */
  readonly positions: Map<string, StepPosition>;
  /** Activities of stages that run now. */
  readonly running: { count: number };
}

/** Builds the context, and registers the handlers of all messages that a job accepts but `started`. */
export function createJobContext(runInput: RunInput, resumeFrom: ContinueAsNewState | null): JobContext {
  const status = new JobStatusPublisher(runInput, resumeFrom?.published ?? null);
  const control = new JobControl(status);
  const assetQueue = new AssetQueue(runInput, resumeFrom, status, control);
  const localTurn = new LocalTurn();
  const notifier = new CallbackNotifier({ runInput, status, assetQueue, localTurn });
  return {
    runInput,
    resumeFrom,
    status,
    control,
    assetQueue,
    notifier,
    localTurn,
    lossReports: new LossReports(),
    positions: new Map(Object.entries(resumeFrom?.positions ?? {})),
    running: { count: 0 },
  };
}

/** Points of progress, of 100, for downloads and packaging. The steps share the rest. */
export const DOWNLOAD_POINTS = 15;
export const PACKAGING_POINTS = 2;

/** A stage as the job shows it; in a pipeline with its step. */
export const labelStage = ({ header }: RunInput, { name }: StepInput, stage: string): string =>
  header.operation === PIPELINE ? `${name}/${stage}` : stage;

export function findStep({ steps }: RunInput, name: string): StepInput {
  const step = steps.find((one) => one.name === name);
  if (!step) throw new Error(`The job has no step ${name}`);
  return step;
}
