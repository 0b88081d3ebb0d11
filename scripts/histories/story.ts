/** A story runs a job or a workflow through one scenario, and returns the executions whose histories are saved. */
import { ApplicationFailure } from '@temporalio/activity';
import type { FailureInfo } from '../../activities/types.ts';
import { type ErrorCode, errorCatalogue } from '../../src/errors.ts';
import type { Job } from '../../src/jobs/model/job.ts';
import type { RunInput, StageInput } from '../../src/jobs/model/run-input.ts';
import { isTerminal } from '../../src/jobs/model/states.ts';
import { workflowIdOf } from '../../src/temporal/names.ts';
import type { StoryServer } from './story-server.ts';

export interface Execution {
  readonly workflowId: string;
  /** Default: the latest run. */
  readonly runId?: string;
}

type Story = (server: StoryServer) => Promise<readonly Execution[]>;

export type Stories = Readonly<Record<string, Story>>;

/** Waits until the job and its workflow have ended. The workflow may still send a callback after the job has ended. */
export async function untilEnded({ until, client }: StoryServer, job: Job): Promise<readonly [Execution]> {
  const now = await until(job, ({ state, run }) => isTerminal(state) && run === job.run);
  const workflowId = workflowIdOf(now);
  await untilClosed(client, workflowId);
  return [{ workflowId }];
}

/** Waits until a workflow has closed, with any result. */
export async function untilClosed(client: StoryServer['client'], workflowId: string): Promise<void> {
  await client.workflow
    .getHandle(workflowId)
    .result()
    .catch(() => undefined);
}

/** Waits until a workflow exists. */
export async function untilStarted({ client }: StoryServer, workflowId: string): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  while (!(await handle.describe().catch(() => null)))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

export const isIn = (state: Job['state']) => (job: Job) => job.state === state;

/** Returns assets for files of the input directory. */
export const paths = (names: readonly string[]) => names.map((path) => ({ source: { path } }));

/** Cycles through names until there are `count`. */
export const repeat = (names: readonly string[], count: number) =>
  Array.from({ length: count }, (_, index) => names[index % names.length] ?? '');

/** Changes all stages of a run. */
export const changeStages = (steps: RunInput['steps'], changes: Partial<StageInput>): RunInput['steps'] =>
  steps.map((step) => ({ ...step, stages: step.stages.map((stage) => ({ ...stage, ...changes })) }));

/** Returns the failure of an activity that Temporal retries. */
export function failure(code: ErrorCode, more: Partial<FailureInfo> = {}): ApplicationFailure {
  const { kind, title, retryable } = errorCatalogue[code];
  const info: FailureInfo = { kind, retryable, details: null, ...more };
  return ApplicationFailure.create({ type: code, message: title, details: [info] });
}

/** Returns the failure that a workflow receives after the last attempt of an activity. */
export function finalFailure(code: ErrorCode, more: Partial<FailureInfo> = {}): ApplicationFailure {
  const { type, message, details } = failure(code, more);
  return ApplicationFailure.create({
    type: type ?? code,
    message,
    nonRetryable: true,
    details: details ?? [],
  });
}

/** For `submit`: no activity is tried inside a workflow task. */
export const durableActivities = ({ tuning }: RunInput): Partial<RunInput> => ({
  tuning: { ...tuning, maxLocalAssets: null },
});
