/**
 * Glossary.
 *
 * Job         one request to run one operation on some assets, and all that became of it
 * JobSpec     what a client submits
 * Asset       one input: a name, where its bytes come from, and attributes that the client attaches
 * Source      where an asset's bytes come from: a URL, a path below an input root of the server, or an upload
 * Callback    where the client wants to be told of the end
 * Operation   a named list of stages, with parameters
 * Stage       one durable step of an operation; its results are kept, so that a dead worker loses one stage
 * Chunk       assets that came in one call, or a part of them; kept as one object when they are many
 * Batch       up to 32 assets of a chunk that travel through download and per-asset stages together
 * Run         one execution of a job; `rerun` makes the next one under the same id
 * Record      the job as it is kept in the object store once it has ended
 */
import { z } from 'zod';
import { assetList, httpUrl } from './asset.ts';
import { states } from './states.ts';

/** Job ids may stand in URLs, file names and workflow ids without escaping. */
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

/** The end of a job is always told; the rest to those who ask for it. */
export const endEvents = ['job.completed', 'job.failed', 'job.cancelled'] as const;

/** Named after the state that was entered; `paused` and `resumed` after the overlay. */
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
      .regex(/^[\x20-\x7e]+$/, 'must be ASCII without control characters, as a header has to carry it')
      .optional()
      .describe('Sent back as `Authorization: Bearer`; kept encrypted'),
    events: z
      .array(z.enum(callbackEvents))
      .min(1)
      .optional()
      .describe('What to be told of; defaults to the three ends'),
  })
  .meta({ id: 'Callback' });

/** Characters of JSON. Parameters travel with each step of a job through Temporal's history. */
const MAX_PARAMS = 64 * 1024;

const awaitAssets = z
  .strictObject({
    total: z.int().min(1).max(1_000_000).optional().describe('It begins when it has this many'),
    quiet_seconds: z
      .number()
      .min(0.1)
      .max(86_400)
      .optional()
      .describe('It begins when it has some, and none came for so long'),
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
    operation: z.string().min(1).max(100).meta({ example: 'image.transform' }),
    params: z
      .record(z.string(), z.unknown())
      .refine(
        (params) => JSON.stringify(params).length <= MAX_PARAMS,
        `must be at most ${MAX_PARAMS / 1024} KiB as JSON; larger things are assets`,
      )
      .default({})
      .describe('See GET /v1/operations/{name}'),
    assets: assetList.default([]),
    await_assets: awaitAssets
      .optional()
      .describe(
        'Given, the job waits for more assets, until a call says `final` or one of these comes about',
      ),
    callback: callback.optional(),
    priority: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe("Temporal's priority key: 1 is served first, 3 is usual"),
    keep_days: z
      .number()
      .positive()
      .max(36_500)
      .optional()
      .describe("Days after its end that the job and its results are kept; default: the server's"),
    labels: z
      .record(labelName, z.string().max(255))
      .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `must have at most ${MAX_LABELS} entries`)
      .optional()
      .describe('Free words for the client; shown, never interpreted')
      .meta({ maxProperties: MAX_LABELS, propertyNames: { pattern: LABEL_NAME.source } }),
  })
  .meta({ id: 'JobSpec' });

export type JobSpec = z.infer<typeof jobSpec>;
export type Callback = z.infer<typeof callback>;
export type CallbackEvent = (typeof callbackEvents)[number];

const timestamp = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

const jobError = z
  .object({
    code: z.string().meta({ example: 'asset_not_found' }),
    message: z.string(),
    retryable: z.boolean().describe('Whether the same job may succeed when it is run again unchanged'),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'JobError' });

const resultSummary = z
  .object({
    kind: z.enum(['files', 'json']).describe('Whether the result is chiefly files, or a JSON value'),
    files: z.int().describe('Number of files'),
    run: z
      .int()
      .describe('The run that made it; an earlier one while a rerun is under way, or when that failed'),
  })
  .meta({ id: 'ResultSummary' });

const assetCounts = z
  .object({
    total: z.int(),
    downloaded: z.int().describe('Assets whose bytes are here'),
    failed: z.int().describe('Assets that could not be fetched or processed'),
  })
  .meta({ id: 'AssetCounts' });

/** What a run took. */
const usage = z
  .object({
    bytes_in: z.int().describe('Of the assets that it worked on'),
    bytes_out: z.int().describe('Of the files that it made'),
    compute_seconds: z
      .number()
      .describe('That workers spent on its stages; attempts that failed or were cut off do not count'),
  })
  .meta({ id: 'Usage' });

/** A job without links, which only those who know the address of the API can add. */
export const job = z
  .object({
    id: z.string(),
    operation: z.string(),
    dialect: z.string().describe('The API that submitted it'),
    tenant: z.string(),
    state: z.enum(states),
    paused: z.boolean().describe('It finishes the step it is in and then holds'),
    stage: z.string().nullable().describe('The stage of the operation that runs now'),
    progress: z.number().min(0).max(100),
    run: z.int().describe('1 for the first execution of this job'),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    expires_at: timestamp.nullable().describe('When results are deleted; null: never'),
    assets: assetCounts,
    usage,
    labels: z.record(z.string(), z.string()),
    result: resultSummary.nullable(),
    error: jobError.nullable(),
  })
  .meta({ id: 'JobState' });

export type Job = z.infer<typeof job>;
export type JobError = z.infer<typeof jobError>;
export type AssetCounts = z.infer<typeof assetCounts>;
export type Usage = z.infer<typeof usage>;

export const fileEntry = z
  .object({
    path: z.string().meta({ example: 'photo.webp' }),
    size: z.int().describe('Bytes'),
    sha256: z.string(),
    media_type: z.string(),
    asset: z
      .int()
      .nullable()
      .describe('Position of the asset that it was made from; null when it was made from several'),
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

/** What `GET …/result` answers and `manifest.json` in the store holds. */
export const manifest = z
  .object({
    id: z.string(),
    operation: z.string(),
    run: z.int(),
    kind: resultSummary.shape.kind,
    data: z.unknown().describe('The JSON result, when kind is json'),
    files: z.array(fileEntry),
    assets: z.array(assetOutcome),
    engine: z.record(z.string(), z.string()).describe('Name and version of what did the work'),
  })
  .meta({ id: 'Result' });

export type FileEntry = z.infer<typeof fileEntry>;
export type AssetOutcome = z.infer<typeof assetOutcome>;
export type Manifest = z.infer<typeof manifest>;
