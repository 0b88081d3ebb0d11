/** Examples in the OpenAPI document: one job, from its submission to its result. */
const at = '2026-11-21T09:30:00.000Z';
const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const assets = { total: 1, downloaded: 1, failed: 0 };
const self = '/v1/jobs/holiday-2026';

const step = {
  name: 'main',
  operation: 'image.transform',
  use: [':assets'],
  state: 'completed',
  stage: null,
  progress: 100,
  started_at: at,
  completed_at: at,
  inputs: { total: 1, skipped: 0, failed: 0, reused: 0 },
  files: { count: 1, bytes: 51_870 },
  usage: { compute_seconds: 0.4, reused_seconds: 0 },
  error: null,
};

export const exampleJob = {
  id: 'holiday-2026',
  operation: 'image.transform',
  dialect: 'native',
  tenant: 'public',
  state: 'completed',
  paused: false,
  stage: null,
  progress: 100,
  steps: [step],
  run: 1,
  created_at: at,
  started_at: at,
  completed_at: at,
  expires_at: null,
  assets,
  usage: { bytes_in: 482_113, bytes_out: 51_870, compute_seconds: 0.4, reused_seconds: 0 },
  labels: { customer: '42' },
  result: { kind: 'files', files: 1, run: 1 },
  error: null,
  links: { self, result: `${self}/result`, files: `${self}/files` },
};

const running = { state: 'processing', stage: 'transform', progress: 42.5 };

export const exampleWatchedJob = {
  ...exampleJob,
  ...running,
  steps: [{ ...step, state: 'running', stage: 'transform', progress: 42.5, completed_at: null }],
  completed_at: null,
  result: null,
  links: { self },
  pending: [
    {
      kind: 'stage',
      state: 'running',
      task_queue: 'darkroom-cpu',
      worker: '4711@worker-1',
      since: at,
      attempt: 1,
      next_attempt_at: null,
      error: null,
    },
  ],
  estimated_completion: { at, earliest: at, latest: at },
};

export const exampleState = { run: 1, seq: 3, at, ...running, paused: false, progress: 10 };

export const exampleProgress = { run: 1, ...running, assets };

export const exampleStream = [
  `event: state\nid: 1.3\ndata: ${JSON.stringify(exampleState)}\n\n`,
  `event: progress\ndata: ${JSON.stringify(exampleProgress)}\n\n`,
  `event: end\nid: 1.end\ndata: ${JSON.stringify(exampleJob)}\n\n`,
].join('');

export const exampleLogEntry = {
  id: '1.stage-main-transform-0-5-1.0',
  run: 1,
  at,
  level: 'warning',
  type: 'note',
  activity: 'stage',
  stage: 'transform',
  batch: 0,
  attempt: 1,
  began_at: at,
  worker: '4711@worker-1',
  code: 'damage_accepted',
  message: 'Asset 0 ("a.jpg") is cut off; the part that can be decoded was used',
} as const;

export const exampleLog =
  `${at}  info     Submitted\n` +
  `${at}  warning  transform[0]  Asset 0 ("a.jpg") is cut off; the part that can be decoded was used\n`;

export const exampleRequest = {
  operation: 'image.transform',
  params: { width: 800 },
  assets: {
    total: 1,
    shown: [
      {
        name: 'photo.jpg',
        source: { url: 'https://images.example.com/photo.jpg' },
        checksum: null,
        attributes: {},
      },
    ],
  },
  callback: { url: 'https://you.example/…', events: ['job.completed'] },
  keep_days: null,
};

export const exampleOperation = {
  name: 'image.transform',
  title: 'Transform images',
  description: 'Resizes, crops and converts images',
  available: true,
  params: { type: 'object', properties: { width: { type: 'integer', minimum: 1 } } },
  inputs: { min: 1, max: 10_000, media: ['image/*'] },
  attributes: [],
  result: 'files',
  outputs: ['image/*'],
  stages: ['transform'],
  capabilities: ['cpu'],
  requires: [],
  install: '',
};

export const exampleUsage = {
  tenant: 'public',
  from: '2026-11-01',
  to: '2026-11-21',
  usage: [
    {
      day: '2026-11-21',
      operation: 'image.transform',
      jobs: { completed: 12, failed: 1, cancelled: 0 },
      bytes_in: 5_785_356,
      bytes_out: 622_440,
      compute_seconds: 4.8,
      reused_seconds: 0,
    },
  ],
};

export const exampleResult = {
  id: 'holiday-2026',
  operation: 'image.transform',
  run: 1,
  kind: 'files',
  files: [{ path: 'photo.webp', size: 51_870, sha256, media_type: 'image/webp', asset: 0 }],
  assets: [{ index: 0, name: 'photo.jpg', status: 'ok', size: 482_113, sha256, error: null }],
  notes: [],
  engine: { sharp: '0.35.5' },
};

export const exampleAuditEvent = {
  time: '2026-11-30T09:12:44.101Z',
  action: 'jobs.delete',
  outcome: 'success' as const,
  tenant: 'acme',
  subject: 'key 5c1766fd7579 (nightly build)',
  role: 'submitter',
  target: '/v1/jobs/holiday',
  address: '10.0.3.7',
  request_id: '0f8fad5b-d9cb-469f-a165-708677289501',
  detail: '204',
  omitted: 0,
};

export const exampleCredentials = {
  name: 'photo-bucket',
  kind: 's3' as const,
  endpoint: 'https://s3.example.com',
  region: 'eu-central-1',
  bucket: 'photographs',
  path_style: true,
  access_key_id: '…MPLE',
  created_at: '2026-11-30T09:12:44.101Z',
  rotated_at: null,
};

export const exampleTemplate = {
  title: 'Web picture',
  description: 'One picture for a page',
  params: {
    type: 'object',
    properties: { width: { type: 'integer', minimum: 1, default: 1600, description: 'Pixels' } },
  },
  steps: {
    web: { operation: 'image.transform', params: { width: '${params.width}', format: 'webp' } },
  },
};

export const exampleTemplateView = {
  ...exampleTemplate,
  name: 'web-picture',
  version: 1,
  scope: 'tenant' as const,
  created_at: at,
};

export const exampleJobPlan = {
  exists: false,
  run: 1,
  template: 'web-picture@1',
  assets: 1,
  steps: [
    {
      name: 'web',
      operation: 'image.transform',
      use: [':assets'],
      stages: [{ name: 'transform', computes: 'all' as const }],
      estimate: { inputs: 1, files: 1, seconds: 0.4, bytes: 51_870 },
    },
  ],
  results: ['web'],
  estimate: { seconds: 0.4, bytes: 51_870 },
  notes: [],
};
