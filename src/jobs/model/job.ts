/**
 * Glossary.
 *
 * | term | meaning |
 * | --- | --- |
 * | job | one request to run an operation on assets; it has an id, belongs to a tenant, and ends as completed, failed or cancelled |
 * | asset | one input file of a job: a URL, a path on the server, or an upload |
 * | chunk | assets submitted in one request, or a part of them; stored as one object when they are many |
 * | batch | up to 32 assets of a chunk that are downloaded and processed together |
 * | operation | what a job does, with parameters and stages, such as `image.transform` |
 * | stage | one part of an operation; it ends with a checkpoint, so its work is never repeated |
 * | step | a node of a pipeline: one operation with its inputs; a job with one operation is a pipeline of one step |
 * | pipeline | a graph of steps that runs as one job |
 * | run | one execution of a job; a rerun starts the next run of the same job |
 * | attempt | one try of an activity or a callback; failed attempts are retried |
 * | activity | what Temporal schedules on a worker: a download, a batch of a stage, the packaging, a callback |
 * | capability | a kind of work that a worker offers, such as `cpu`, `io` or `3d`; each has its task queue |
 * | dialect | an HTTP API in front of jobs; the native API is one of them |
 * | engine | an installed external program that operations use, such as COLMAP |
 * | record | an ended job as the object store keeps it |
 * | tombstone | the mark of a deleted job; its id stays taken |
 */
import { z } from 'zod';
import { stepStates } from './pipeline.ts';
import { PIPELINE } from './pipeline-names.ts';
import { states } from './states.ts';

const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

export const jobError = z
  .object({
    code: z.string().meta({ example: 'asset_not_found' }),
    message: z.string(),
    retryable: z.boolean().describe('Whether retrying without changes may help'),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({
    id: 'JobError',
    example: {
      code: 'asset_not_found',
      message: 'Asset 0 ("a.jpg") could not be fetched: status 404',
      retryable: false,
      details: { asset: 0 },
    },
  });

export const resultSummary = z
  .object({
    kind: z.enum(['files', 'json']).describe('Whether the result is files or a JSON value'),
    files: z.int().describe('Number of files'),
    run: z
      .int()
      .describe('The run that produced it: an earlier one while a rerun is active, or after it failed'),
  })
  .meta({ id: 'ResultSummary' });

const assetCounts = z
  .object({
    total: z.int(),
    downloaded: z.int().describe('Assets that are in the store'),
    failed: z.int().describe('Assets that could not be downloaded or processed'),
  })
  .meta({ id: 'AssetCounts' });

const computeSeconds = z
  .number()
  .describe('Time that workers spent on its stages, without failed or interrupted attempts');

const reusedSeconds = z
  .number()
  .describe('Time that earlier jobs had spent on results that it copied instead of computing them');

/** Resources that a run used. */
const usage = z
  .object({
    bytes_in: z.int().describe('Bytes of the assets that it processed'),
    bytes_out: z.int().describe('Bytes of the files that it produced'),
    compute_seconds: computeSeconds,
    reused_seconds: reusedSeconds,
  })
  .meta({ id: 'Usage' });

const step = z
  .object({
    name: z.string().meta({ example: 'web' }),
    operation: z.string(),
    use: z.array(z.string()).describe('Steps whose files it takes; `:assets`: the assets of the job'),
    when: z.string().optional().describe('Its condition; absent if it takes all inputs'),
    state: z
      .enum(stepStates)
      .describe(
        'waiting: for the steps that it uses. skipped: because one of them failed. cancelled: with the job',
      ),
    stage: z.string().nullable().describe('The stage that runs now'),
    progress: z.number().min(0).max(100),
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable().describe('When it ended, in whatever state'),
    inputs: z
      .object({
        total: z.int().nullable().describe('Null until the steps that it uses have ended'),
        skipped: z.int().describe('Files that do not meet its condition. They are no inputs'),
        failed: z.int().describe('Inputs that could not be used'),
        reused: z
          .int()
          .describe('Inputs whose results were copied from an earlier job, in at least one stage'),
      })
      .describe('Counts of its input files'),
    files: z.object({ count: z.int(), bytes: z.int() }).describe('Files that it has produced so far'),
    usage: z
      .object({ compute_seconds: computeSeconds, reused_seconds: reusedSeconds })
      .describe('Time that its stages took in this run'),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobStep' });

/** A job without links, which only the API can add: it knows its own address. */
export const job = z
  .object({
    id: z.string(),
    operation: z.string().describe(`The operation; \`${PIPELINE}\` for a job with \`steps\``),
    template: z
      .string()
      .optional()
      .describe('The template that made its steps, as NAME@VERSION; absent if none did'),
    dialect: z.string().describe('The API that submitted it'),
    tenant: z.string(),
    state: z.enum(states),
    paused: z.boolean().describe('Running activities finish; no others start'),
    stage: z
      .string()
      .nullable()
      .describe('The stage that runs now; in a pipeline STEP/STAGE, the one that began last'),
    progress: z.number().min(0).max(100),
    steps: z.array(step).describe('In an order in which each follows those that it uses'),
    run: z.int().describe('Number of the run, from 1'),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    expires_at: timestamp
      .nullable()
      .describe(
        'When the job and its results are deleted; null before the end of the run, or if they are kept forever',
      ),
    assets: assetCounts,
    usage,
    labels: z.record(z.string(), z.string()),
    notes: z
      .array(z.string())
      .optional()
      .describe('Files that were skipped in directories that the request names; absent if there are none'),
    rerun_reason: z
      .string()
      .optional()
      .describe('Why this run was requested; absent in the first run, and if no reason was given'),
    result: resultSummary.nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobState' });

export type Job = z.infer<typeof job>;
export type JobStep = z.infer<typeof step>;
export type JobError = z.infer<typeof jobError>;
export type AssetCounts = z.infer<typeof assetCounts>;
export type Usage = z.infer<typeof usage>;
