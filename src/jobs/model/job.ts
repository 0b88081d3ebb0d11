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
import { assetList, httpUrl } from './asset.ts';
import { limitEntries } from './limit-entries.ts';
import { PIPELINE, resultSteps, stepMap, stepStates } from './pipeline.ts';
import { DEFAULT_PRIORITY } from './priority.ts';
import { states } from './states.ts';

/** Job ids need no escaping in URLs, file names and workflow ids. */
export const jobId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/,
    'must be 1 to 128 letters, digits, ".", "_", ":" or "-", and begin with a letter or digit',
  )
  .meta({
    description: 'Job id; chosen by the client, or by the server when left out',
    example: 'holiday-2026',
  });

/** Events of a callback that names none. */
export const endEvents = ['job.completed', 'job.failed', 'job.cancelled'] as const;

/** Named after the state that a job enters, or after a change of `paused`. */
export const callbackEvents = [
  'job.queued',
  'job.downloading',
  'job.waiting',
  'job.processing',
  'job.packaging',
  'job.paused',
  'job.resumed',
  ...endEvents,
] as const;

const callback = z
  .strictObject({
    url: httpUrl,
    token: z
      .string()
      .min(1)
      .max(4096)
      .regex(/^[\x20-\x7e]+$/, 'must be ASCII without control characters, because it is sent as a header')
      .optional()
      .describe('Sent with each callback as `Authorization: Bearer`; stored encrypted'),
    events: limitEntries(callbackEvents.length, z.array(z.enum(callbackEvents)).min(1))
      .optional()
      .describe('Events to deliver; default: the three final ones'),
  })
  .meta({ id: 'Callback' });

/** Characters of JSON. Parameters are part of several payloads in Temporal's history. */
const MAX_PARAMS = 64 * 1024;

const awaitAssets = z
  .strictObject({
    total: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Processing starts once the job has this many assets'),
    quiet_seconds: z
      .number()
      .min(0.1)
      .max(86_400)
      .optional()
      .describe('Processing starts once the job has assets and none arrived for this long'),
  })
  .meta({ id: 'AwaitAssets' });

const MAX_LABELS = 20;

const LABEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

const labelName = z
  .string()
  .regex(
    LABEL_NAME,
    'must be 1 to 63 letters, digits, ".", "_", "/" or "-", and begin with a letter or digit',
  );

export const jobSpec = z
  .strictObject({
    id: jobId.optional(),
    operation: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('The operation of the job, unless it has `steps`')
      .meta({ example: 'image.transform' }),
    params: z
      .record(z.string(), z.unknown())
      .refine(
        (params) => JSON.stringify(params).length <= MAX_PARAMS,
        `must be at most ${MAX_PARAMS / 1024} KiB as JSON; send larger data as assets`,
      )
      .default({})
      .describe('See GET /v1/operations/{name}'),
    steps: stepMap
      .optional()
      .describe('Instead of `operation`: the steps of a pipeline by name. See docs/pipelines.md'),
    results: resultSteps
      .optional()
      .describe('Steps whose files are the result of a pipeline; default: those that no other step uses'),
    reuse: z
      .boolean()
      .optional()
      .describe(
        'Whether results of equal work of earlier jobs are copied, and later jobs may copy these. Default: true',
      ),
    assets: assetList.default([]),
    await_assets: awaitAssets
      .optional()
      .describe(
        'The job waits for more assets until a request has `final`, or one of these conditions holds',
      ),
    callback: callback.optional(),
    priority: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe(
        `Temporal's priority key: 1 runs first; default: ${DEFAULT_PRIORITY}. 1 and 2 precede jobs of other tenants and take the role \`operator\``,
      ),
    keep_days: z
      .number()
      .positive()
      .max(36_500)
      .optional()
      .describe("Days that the job and its results are kept after its end; default: the server's"),
    labels: limitEntries(MAX_LABELS, z.record(labelName, z.string().max(255)))
      .optional()
      .describe('Text for the client; shown, never interpreted')
      .meta({ maxProperties: MAX_LABELS, propertyNames: { pattern: LABEL_NAME.source } }),
  })
  .meta({
    id: 'JobSpec',
    example: {
      operation: 'image.transform',
      params: { width: 800 },
      assets: [{ source: { url: 'https://images.example.com/photo.jpg' } }],
    },
  });

export type JobSpec = z.infer<typeof jobSpec>;
export type Callback = z.infer<typeof callback>;
export type CallbackEvent = (typeof callbackEvents)[number];

const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

const jobError = z
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

const resultSummary = z
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

/** Resources that a run used. */
const usage = z
  .object({
    bytes_in: z.int().describe('Bytes of the assets that it processed'),
    bytes_out: z.int().describe('Bytes of the files that it produced'),
    compute_seconds: z
      .number()
      .describe('Time that workers spent on its stages, without failed or interrupted attempts'),
    reused_seconds: z
      .number()
      .describe('Time that earlier jobs had spent on results that it copied instead of computing them'),
  })
  .meta({ id: 'Usage' });

const step = z
  .object({
    name: z.string().meta({ example: 'web' }),
    operation: z.string(),
    use: z.array(z.string()).describe('Steps whose files it takes; `:assets`: the assets of the job'),
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
        failed: z.int().describe('Inputs that could not be used'),
        reused: z
          .int()
          .describe('Inputs whose results were copied from an earlier job, in at least one stage'),
      })
      .describe('Counts of its input files'),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobStep' });

/** A job without links, which only the API can add: it knows its own address. */
export const job = z
  .object({
    id: z.string(),
    operation: z.string().describe(`The operation; \`${PIPELINE}\` for a job with \`steps\``),
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
    result: resultSummary.nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobState' });

export type Job = z.infer<typeof job>;
export type JobStep = z.infer<typeof step>;
export type JobError = z.infer<typeof jobError>;
export type AssetCounts = z.infer<typeof assetCounts>;
export type Usage = z.infer<typeof usage>;

/** A note on a complete result. */
const resultNote = z
  .object({
    code: z.string().meta({ example: 'focal_length_differs' }),
    message: z.string(),
    asset: z.int().nullable().describe('Position of the asset that it is about; null: about several'),
  })
  .meta({ id: 'ResultNote' });

export const fileEntry = z
  .object({
    path: z.string().meta({ example: 'photo.webp' }),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    media_type: z.string(),
    asset: z
      .int()
      .nullable()
      .describe('Position of the asset that it was made from; null: made from several'),
  })
  .meta({ id: 'FileEntry' });

const assetOutcome = z
  .object({
    index: z.int().describe('Position in the submitted list, from 0'),
    name: z.string(),
    status: z.enum(['ok', 'failed']),
    size: z.int().nullable().describe('Bytes'),
    sha256: z.string().nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'AssetOutcome' });

/** The response of `GET …/result`, and the content of `manifest.json` in the store. */
export const manifest = z
  .object({
    id: z.string(),
    operation: z.string(),
    run: z.int(),
    kind: resultSummary.shape.kind,
    data: z
      .unknown()
      .describe(
        'The JSON result if `kind` is json; of several steps of a pipeline, an object by name of the step',
      ),
    files: z.array(fileEntry),
    assets: z.array(assetOutcome),
    notes: z.array(resultNote).describe('What is doubtful or incomplete in the result'),
    engine: z.record(z.string(), z.string()).describe('Names and versions of the software that produced it'),
  })
  .meta({ id: 'Result' });

export type FileEntry = z.infer<typeof fileEntry>;
export type ResultNote = z.infer<typeof resultNote>;
export type AssetOutcome = z.infer<typeof assetOutcome>;
export type Manifest = z.infer<typeof manifest>;
